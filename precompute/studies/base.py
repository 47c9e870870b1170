"""What a line of the STUDIES table is, what it works with, and what it hands back."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepvis_app.messages import LayerInfo
    from deepvis_app.models import LoadedModel
    from precompute.progress import Progress
    from precompute.publish.sheet import Tile
    from precompute.stop import Stop


class StudyStoppedError(Exception):
    """A study was asked to stop; what it keeps on the way is kept."""


@dataclass(frozen=True)
class Desk:
    """What every study works with: the options, the network with the layer and units to be looked at, the seeds."""

    options: argparse.Namespace
    model: LoadedModel
    layer: LayerInfo
    units: tuple[int, ...]
    seeds: tuple[int, ...]
    progress: Progress
    stop: Stop

    def check(self) -> None:
        """To be called between two pieces of work; raises StudyStoppedError."""
        if self.stop.wait():
            raise StudyStoppedError

    def name(self, unit: int) -> str:
        """What a sheet calls a unit: its class, or its number."""
        label = self.model.info.label(unit).split(",", maxsplit=1)[0]
        return label if self.layer.is_class_layer else f"{self.layer.alias}:{unit}"


@dataclass(frozen=True)
class Finding:
    """What came out: the sheet's tiles row by row, the figures as JSON values, and the main ones in a sentence.

    `explained` says what the sheet's rows and columns are. `private`: the sheet shows pictures of the data set that
    was given, which may not be passed on. `files` are written beside: ending -> content.
    """

    tiles: Sequence[Tile]
    columns: int
    figures: Mapping[str, Any]
    said: str
    explained: str
    private: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """A line of the STUDIES table.

    `add_arguments` adds the study's own options behind the common ones; slow modules are imported inside `run`,
    which may raise StudyStoppedError and the errors that `precompute.command` knows. `classes`: it makes sense only
    for a layer of classes. `units` and `seeds`: how many, unless others are asked for. A study of a network of its own
    has a `desk`, made of the options, in place of --model; it may raise StudyStoppedError.
    """

    name: str
    help: str
    after: str  # the figure or section of the paper
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Desk], Finding]
    classes: bool = False
    units: int = 10
    seeds: int = 1
    paper: str = "DGN-AM"
    desk: Callable[[argparse.Namespace], Desk] | None = None
