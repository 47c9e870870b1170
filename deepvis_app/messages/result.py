"""What the engine answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from deepvis_app.messages.arrays import F32, I32, U8, Box
from deepvis_app.messages.atlas import UnitPicture
from deepvis_app.messages.network import ModelChoice, ModelInfo, UnitRef
from deepvis_app.messages.request import GridContent, Request
from deepvis_app.messages.source import Frame


@dataclass(frozen=True)
class Grid:
    """The geometry of a mosaic: `count` tiles of `tile` pixels, row-major, `gap` pixels around each.

    `render.grid` lays it out and inverts it.
    """

    count: int
    columns: int
    tile: tuple[int, int]
    gap: int = 1

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the mosaic in pixels."""
        return (
            self.rows * (self.tile[0] + self.gap) + self.gap,
            self.columns * (self.tile[1] + self.gap) + self.gap,
        )


@dataclass(frozen=True)
class Mosaic:
    """All units of a layer side by side, as colour numbers.

    `pixels` is (H, W) uint8: 0 is background, 1..255 a value in -top..top with 128 = zero; `render.palettes`
    turns numbers into colours. Place k of the grid shows unit `order[k]`. `top` is the value of number 255
    (before per-channel boost).
    """

    layer: str
    grid: Grid
    pixels: U8
    order: I32
    top: float
    content: GridContent = "forward"


@dataclass(frozen=True)
class UnitView:
    """The selected unit: its map in true values and as colour numbers (as in `Mosaic`), on the same scale."""

    ref: UnitRef
    values: F32  # (h, w)
    pixels: U8  # (h, w)
    maximum: float
    maximum_at: tuple[int, int]


@dataclass(frozen=True)
class Heat:
    """A backward (or occlusion) picture at the network's input, rendered.

    `intercepted`/`rectifiers` count the ReLU-type calls that the rule replaced, of all that ran; a method that
    has no rule leaves both 0. `note` says in words why a picture is empty or what to keep in mind.
    """

    method: str  # as to be shown: a rule that caught nothing is not labelled with its name
    origin: UnitRef
    picture: U8  # (H, W, 3), network-input size
    strength: F32 | None = None  # (H, W) in 0..1, for overlays on the input; only if it was asked for
    intercepted: int = 0
    rectifiers: int = 0
    note: str = ""
    empty: bool = False


@dataclass(frozen=True)
class Score:
    index: int
    label: str
    value: float  # probability in 0..1


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one step; `network_ms` is that of the pass shown, which an earlier step may have made."""

    step_ms: float = 0.0
    network_ms: float = 0.0
    render_ms: float = 0.0


@dataclass(frozen=True)
class Result:
    """The answer to (frame, request). With `error` set the other fields may be empty."""

    frame: Frame
    request: Request
    mosaic: Mosaic | None = None
    overview: tuple[Mosaic, ...] = ()
    unit: UnitView | None = None
    heat: Heat | None = None
    network_input: U8 | None = None  # (H, W, 3): the exact input, de-normalised
    input_box: Box | None = None  # the part of the frame that the network input shows, in frame pixels
    scores: tuple[Score, ...] = ()  # best first, at most 5
    scores_note: str = ""  # why there are none although the network has some
    cell_value: float | None = None
    session_top: tuple[UnitPicture, ...] = ()  # kind "session", best first; the same tuple until it changes
    code: F32 | None = None  # (D,): what `request.code` asks for; None also where its layer did not run
    timing: Timing = field(default_factory=Timing)
    notes: tuple[str, ...] = ()  # for the status line: what was not done and why
    error: str = ""


@dataclass(frozen=True)
class ModelAnswer:
    """The outcome of loading a model; on failure `info` is None and the old model still runs."""

    choice: ModelChoice
    info: ModelInfo | None = None
    error: str = ""
