"""The vocabulary of the program: frozen records that cross threads and package borders.

Only numpy and the standard library. Every array in a record is made read-only with `frozen` before it is
handed over. Coordinates are (y, x), sizes (height, width); pictures are RGB uint8 (H, W, 3) unless said
otherwise; times are `time.perf_counter` seconds, durations milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
Box = tuple[int, int, int, int]  # top, left, bottom, right; half open, may reach outside the picture
AnyArray = TypeVar("AnyArray", bound=NDArray[Any])

CropPolicy = Literal["crop", "squash", "letterbox"]
SeedKind = Literal["map", "max", "position"]
GridContent = Literal["forward", "backward"]
Order = Literal["index", "activation", "name"]
RangePolicy = Literal["layer", "frame"]


def frozen(array: AnyArray) -> AnyArray:
    """The same array, read-only: what is handed over is never written again."""
    array.flags.writeable = False
    return array


# ---- what runs through the network ----


@dataclass(frozen=True)
class Frame:
    """One picture from a source; `index` rises within a source and is unique within a run of the program."""

    index: int
    rgb: U8  # (H, W, 3)
    captured_at: float
    name: str = ""  # file name, camera name, ...
    label: str = ""  # the true class, where an image list gives one


@dataclass(frozen=True)
class SourceSpec:
    """Which source to open: a name of the SOURCES table and what it needs (path, URL, camera number)."""

    kind: str
    target: str = ""
    recursive: bool = False


@dataclass(frozen=True)
class SourceCommand:
    """What a person does to the running source; `value` is seconds (seek), a factor (speed) or 0/1 (loop)."""

    action: Literal["play", "pause", "toggle", "next", "previous", "seek", "speed", "loop", "retry"]
    value: float = 0.0


@dataclass(frozen=True)
class SourceStatus:
    """What the input pane says about the source."""

    state: Literal["none", "opening", "running", "paused", "ended", "failed"] = "none"
    spec: SourceSpec | None = None
    title: str = ""
    message: str = ""  # why it failed, or which files were skipped; empty when all is well
    position: float = 0.0  # seconds in a video, number of the picture in a folder
    length: float = 0.0  # likewise; 0: not known or endless
    can_step: bool = False  # next / previous make sense
    can_seek: bool = False
    speed: float = 1.0
    looping: bool = True


# ---- the network ----


@dataclass(frozen=True)
class UnitRef:
    """A unit: a channel of a convolutional layer, or one output of a fully connected one."""

    layer: str
    unit: int

    def __str__(self) -> str:
        return f"{self.layer}:{self.unit}"


@dataclass(frozen=True)
class ReceptiveField:
    """The input pixels that one position of a layer can see.

    Position (y, x) sees rows `offset[0] + y * stride[0]` and on for `size[0]` pixels, columns likewise; boxes
    may reach into the padding outside the input. `whole` layers (fully connected, after global pooling or
    attention) see everything and have stride 0.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    offset: tuple[int, int]
    whole: bool = False

    def box(self, y: int, x: int) -> Box:
        """The box of position (y, x) in network-input pixels."""
        top = self.offset[0] + y * self.stride[0]
        left = self.offset[1] + x * self.stride[1]
        return top, left, top + self.size[0], left + self.size[1]


@dataclass(frozen=True)
class LayerInfo:
    """One output of the network that can be looked at.

    `shape` is without the batch: (C, H, W) maps, (C,) single values, (L, D) tokens that are shown as D maps
    over the patch grid `map_shape`. `name` is unique (a module path, with ":2" for its second call).
    """

    name: str
    alias: str  # short, for the layer bar
    kind: str  # the module's class name, e.g. "Conv2d"
    shape: tuple[int, ...]
    units: int = 0  # 0: cannot be shown, and `hidden_because` says why
    map_shape: tuple[int, int] = (1, 1)
    receptive_field: ReceptiveField | None = None  # None: not known
    is_class_layer: bool = False  # unit k is class k
    hidden_because: str = ""
    channels_last: bool = False  # the tensor itself lies as (H, W, C) or (L, D)


@dataclass(frozen=True)
class ModelChoice:
    """What to load: a MODELS name or file:PATH.py[:function], its weights, and where."""

    name: str
    weights: str = "default"  # default, random, or the path of a weights file
    device: str = "auto"  # auto, cpu, cuda, cuda:1, mps


@dataclass(frozen=True)
class ModelInfo:
    """All that the window knows about the running network."""

    choice: ModelChoice
    title: str
    layers: tuple[LayerInfo, ...]  # in execution order
    input_size: tuple[int, int]
    input_channels: int
    crop: CropPolicy
    labels: tuple[str, ...]  # () when the classes have no names
    fingerprint: str  # sha256 over the weights
    device: str
    weights: str  # what is really loaded, in words: "bundled", "random", a file name
    preprocessing: str  # in words, for the window
    start_layer: str = ""

    def layer(self, name: str) -> LayerInfo:
        """Raises KeyError for an unknown name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def label(self, unit: int) -> str:
        """The class name of an output unit, or "class K"."""
        return self.labels[unit] if unit < len(self.labels) else f"class {unit}"


@dataclass(frozen=True)
class MethodInfo:
    """What the window says about one backward method; `slow` ones are not for live video."""

    name: str  # as in the METHODS table
    title: str
    tooltip: str = ""
    slow: bool = False


# ---- what the window asks for ----


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

    def shown_unit(self) -> UnitRef:
        """The selected unit."""
        return UnitRef(self.layer, self.unit)

    def seed_unit(self) -> UnitRef:
        """The unit at which a backward pass starts."""
        return self.origin or self.shown_unit()


# ---- what the engine answers ----


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
    strength: F32  # (H, W) in 0..1, for overlays on the input
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
    """Milliseconds of one step."""

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
    cell_value: float | None = None
    timing: Timing = field(default_factory=Timing)
    notes: tuple[str, ...] = ()  # for the status line: what was not done and why
    error: str = ""


@dataclass(frozen=True)
class ModelAnswer:
    """The outcome of loading a model; on failure `info` is None and the old model still runs."""

    choice: ModelChoice
    info: ModelInfo | None = None
    error: str = ""
