"""What the window asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from deepvis_app.messages.network import CropPolicy, UnitRef

SeedKind = Literal["map", "max", "position"]
GridContent = Literal["forward", "backward"]
Order = Literal["index", "activation", "name"]
RangePolicy = Literal["layer", "frame"]


@dataclass(frozen=True)
class Seed:
    """Where the backward pass starts: the unit's whole map (as in 2015), its maximum, or a picked position."""

    kind: SeedKind = "map"
    position: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Scale:
    """How values become brightness. Zero is always the same level (the middle of a signed colour table).

    v -> sign(v) * (|v| / top)^gamma, where top is the layer's largest |v| (smoothed over frames under
    `layer`, of this frame alone under `frame`) after each channel was multiplied by (its own max)^-boost.
    """

    gamma: float = 1.0
    boost: float = 0.0  # 0: channels comparable; 1: every channel uses the full range (2015's "boost indiv")
    range_policy: RangePolicy = "layer"


@dataclass(frozen=True)
class Cell:
    """One position of one unit: what the mouse points at."""

    unit: int
    y: int
    x: int


@dataclass(frozen=True)
class CodeOrder:
    """Whose values are to stand for the frame as a code, as `CodeSpace` says it; `unit` is the facet map's own."""

    layer: str
    unit: int
    column: bool


@dataclass(frozen=True)
class Request:
    """What the window wants to see of each frame; every answer carries it back."""

    generation: int
    layer: str
    unit: int = 0
    grid: GridContent = "forward"
    method: str = "off"  # "off" or a name of the METHODS table
    seed: Seed = field(default_factory=Seed)
    origin: UnitRef | None = None  # where the backward pass starts if not at (layer, unit)
    view: str = "norm"  # a name of render.views.VIEWS
    scale: Scale = field(default_factory=Scale)
    order: Order = "index"
    pane: tuple[int, int] = (600, 800)  # room for the mosaic in device pixels
    crop: CropPolicy | None = None  # None: the model's own
    cell: Cell | None = None  # its exact value is wanted
    overview: bool = False  # the mosaics of all layers as well
    overlay: bool = False  # the backward picture's strength as well, to be laid over the frame
    session_top: bool = False  # the unit's records of this session as well
    session_round: int = 0  # the records of another round are forgotten
    code: CodeOrder | None = None  # the frame's code as well

    def shown_unit(self) -> UnitRef:
        """The selected unit."""
        return UnitRef(self.layer, self.unit)

    def seed_unit(self) -> UnitRef:
        """The unit at which a backward pass starts."""
        return self.origin or self.shown_unit()
