"""What an entry of the ACTIONS table is, and what it can use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepvis_app.jobs import JobQueue
from deepvis_app.messages import UnitRef
from deepvis_app.session import Session, View

if TYPE_CHECKING:
    from deepvis_app.ui.main_window import MainWindow


@dataclass(frozen=True)
class Services:
    """What the window needs of the rest of the program; each is called only when a person asks for it.

    `open_path` opens a path, URL or source name and says by a notice when it cannot. The optional lists may be
    slow (importing torchvision, asking for cameras). `compute` makes pictures of a kind, of that unit first, and
    returns a sentence to be said ("" when what it does is seen anyway).
    """

    open_path: Callable[[str], None]
    models: Callable[[], list[str]]
    devices: Callable[[], list[str]]  # beside "auto"
    list_cameras: Callable[[], list[tuple[int, str]]]  # number and name
    compute: Callable[[UnitRef, str], str]
    jobs: JobQueue = field(default_factory=JobQueue)


@dataclass(frozen=True)
class ActionContext:
    """What an action works on."""

    session: Session
    services: Services
    window: MainWindow


@dataclass(frozen=True)
class Action:
    """Something a person can do: an entry in a menu, with keys and perhaps a button in the toolbar.

    Keys are written as QKeySequence reads them: "T" is the key t, "Shift+T" the key T.
    """

    tag: str
    text: str
    menu: str
    help: str  # tooltip and line of the help page
    do: Callable[[ActionContext], None]
    keys: tuple[str, ...] = ()
    checked: Callable[[View], bool] | None = None
    button: str = ""  # short text in the toolbar; empty: not there
    gap: bool = False  # a separator before it


@dataclass(frozen=True)
class Choice:
    """An entry of a submenu that is made when it opens."""

    text: str
    help: str
    do: Callable[[], None]
    chosen: bool = False
    enabled: bool = True


@dataclass(frozen=True)
class Submenu:
    """A menu entry that opens a list, made anew each time."""

    tag: str
    text: str
    menu: str
    help: str
    choices: Callable[[ActionContext], list[Choice]]
    gap: bool = False
