"""Stand-ins for the engine and the capture, and answers that look real, for tests of the window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from deepvis_app.messages import (
    F32,
    U8,
    Frame,
    Heat,
    LayerInfo,
    MethodInfo,
    ModelAnswer,
    ModelChoice,
    ModelInfo,
    Mosaic,
    ReceptiveField,
    Request,
    Result,
    Score,
    SourceCommand,
    SourceSpec,
    SourceStatus,
    Timing,
    UnitView,
    frozen,
)
from deepvis_app.render.grid import lay_out, tile_box
from deepvis_app.session import AtlasPort, Session, ViewState

METHODS = (
    MethodInfo("gradient", "gradient", "the plain gradient"),
    MethodInfo("deconv", "deconvnet", "Zeiler and Fergus: the backward signal is rectified"),
    MethodInfo("guided", "guided backprop", "both rules at once"),
    MethodInfo("occlusion", "occlusion", "slides a patch over the input", slow=True),
)
LABELS = (
    "tabby cat, a long name that no narrow column has room for",
    "goldfish",
    "teapot",
    "lighthouse",
    "school bus",
    "umbrella",
    "violin",
    "banana",
    "volcano",
    "beach wagon",
)


class FakeCompute:
    """An engine that answers every request at once (or, with `answering` off, only what a test puts in)."""

    def __init__(self, model: ModelInfo | None = None, answering: bool = True) -> None:
        self.model = model
        self.answering = answering
        self.requests: list[Request] = []
        self.choices: list[ModelChoice] = []
        self.results: list[Result] = []
        self.models: list[ModelAnswer] = [] if model is None else [ModelAnswer(model.choice, model)]
        self.frame = canned_frame()

    def submit(self, request: Request) -> None:
        self.requests.append(request)
        if self.answering and self.model is not None:
            self.results = [canned_result(self.model, request, self.frame)]

    def take(self) -> Result | None:
        return self.results.pop(0) if self.results else None

    def load(self, choice: ModelChoice) -> None:
        self.choices.append(choice)

    def take_model(self) -> ModelAnswer | None:
        answer = self.models.pop(0) if self.models else None
        if answer is not None and answer.info is not None:
            self.model = answer.info
        return answer


class FakeSource:
    """A source that records what it is told; `now` and `frame` are what it answers."""

    def __init__(self, frame: Frame | None = None) -> None:
        self.frame = frame
        self.now = SourceStatus(
            "none" if frame is None else "running", title=frame.name if frame is not None else ""
        )
        self.opened: list[SourceSpec] = []
        self.pasted: list[str] = []
        self.commands: list[SourceCommand] = []

    def open(self, spec: SourceSpec) -> None:
        self.opened.append(spec)
        self.now = replace(self.now, spec=spec, state="opening")

    def show(self, rgb: U8, name: str) -> None:
        self.pasted.append(name)
        self.frame = Frame(1000 + len(self.pasted), rgb, 0.0, name)

    def command(self, command: SourceCommand) -> None:
        self.commands.append(command)

    def status(self) -> SourceStatus:
        return self.now

    def latest(self) -> Frame | None:
        return self.frame


def canned_session(
    model: ModelInfo | None = None,
    answering: bool = True,
    state: ViewState | None = None,
    atlas: AtlasPort | None = None,
) -> tuple[Session, FakeCompute, FakeSource]:
    """A session that has taken a model, a frame and (when answering) a first result."""
    compute = FakeCompute(model or canned_model(), answering)
    source = FakeSource(compute.frame)
    session = Session(compute, source, state, methods=METHODS, atlas=atlas)
    session.poll()
    session.poll()
    return session, compute, source


def canned_frame(index: int = 1, size: tuple[int, int] = (240, 320)) -> Frame:
    """A picture with edges, gradients and a bright disc."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    disc = np.hypot(y - size[0] * 0.4, x - size[1] * 0.6 - 2 * (index % 20)) < size[0] * 0.22
    rgb = np.stack([x / size[1] * 200, y / size[0] * 180, 120 + 60 * np.sin(x / 9)], -1)
    rgb[disc] = (250, 210, 60)
    return Frame(index, frozen(rgb.clip(0, 255).astype(np.uint8)), float(index), "disc.png", "disc")


def _maps(name: str, alias: str, units: int, side: int, field: int, stride: int) -> LayerInfo:
    receptive = ReceptiveField((field, field), (stride, stride), (-(field // 2), -(field // 2)))
    return LayerInfo(name, alias, "Conv2d", (units, side, side), units, (side, side), receptive)


def _values(name: str, units: int, classes: bool = False) -> LayerInfo:
    whole = ReceptiveField((64, 64), (0, 0), (0, 0), whole=True)
    return LayerInfo(name, name, "Linear", (units,), units, (1, 1), whole, classes)


def canned_model(title: str = "canned") -> ModelInfo:
    """A network as small and as varied as tests need: maps, single values, a hidden layer, ten classes."""
    layers = (
        _maps("features.conv1", "conv1", 64, 32, 11, 2),
        replace(
            _maps("features.pool1", "pool1", 64, 16, 15, 4), kind="MaxPool2d", pictures_of="features.conv1"
        ),
        _maps("features.conv2", "conv2", 128, 16, 31, 4),
        _maps("features.conv5", "conv5", 256, 8, 51, 8),
        LayerInfo("features.flatten", "flatten", "Flatten", (16384,), hidden_because="only a reshape"),
        _values("fc6", 1024),
        _values("fc8", 10, classes=True),
        replace(_values("prob", 10, classes=True), kind="Softmax", pictures_of="fc8"),
    )
    return _model(title, layers, (64, 64))


def large_model(layers: int = 300) -> ModelInfo:
    """A network with many layers in nested modules."""
    made = tuple(
        _maps(f"stage{k // 60}.block{k // 6 % 10}.{'conv' if k % 2 else 'relu'}{k % 6}",
              f"s{k // 60}b{k // 6 % 10}/{k % 6}", 32, 14, 3 + k, 1)
        for k in range(layers - 1)
    )  # fmt: skip
    return _model("large", (*made, _values("classifier", 10, classes=True)), (64, 64))


def _model(title: str, layers: tuple[LayerInfo, ...], size: tuple[int, int]) -> ModelInfo:
    return ModelInfo(
        ModelChoice(title), title, layers, size, 3, "crop", LABELS, "0" * 64, "cpu", "random",
        "centre crop to 64x64", next((x.name for x in layers if x.units), ""),
    )  # fmt: skip


def activations(layer: LayerInfo, seed: int = 0) -> F32:
    """(units, h, w): smooth, sparse, non-negative but for a few."""
    rng = np.random.default_rng(seed)
    coarse = rng.normal(size=(layer.units, -(-layer.map_shape[0] // 4), -(-layer.map_shape[1] // 4)))
    fine = np.repeat(np.repeat(coarse, 4, 1), 4, 2)[:, : layer.map_shape[0], : layer.map_shape[1]]
    fine = fine + 0.3 * rng.normal(size=fine.shape)
    return np.maximum(fine, -0.2).astype(np.float32)


def canned_result(model: ModelInfo, request: Request, frame: Frame | None = None, seed: int = 0) -> Result:
    """What the engine would answer to the request, with made-up activations."""
    frame = frame or canned_frame()
    layer = model.layer(request.layer)
    values = activations(layer, seed)
    mosaic = canned_mosaic(layer, request, values)
    unit = values[request.unit]
    place = np.unravel_index(int(unit.argmax()), unit.shape)
    side = min(frame.rgb.shape[:2])
    left = (frame.rgb.shape[1] - side) // 2
    box = (0, left, side, left + side)
    picture = frame.rgb[box[0] : box[2], box[1] : box[3]]
    rows, columns = (np.arange(n) * side // n for n in model.input_size)
    heat = None if request.method == "off" else canned_heat(request, model.input_size)
    cell = request.cell
    return Result(
        frame,
        request,
        mosaic=mosaic,
        overview=tuple(canned_mosaic(x, replace(request, pane=(300, 300)), activations(x, seed))
                       for x in model.layers if x.units) if request.overview else (),
        unit=UnitView(request.shown_unit(), frozen(unit), _numbers(unit, mosaic.top), float(unit.max()),
                      (int(place[0]), int(place[1]))),
        heat=heat,
        network_input=frozen(np.ascontiguousarray(picture[rows][:, columns])),
        input_box=box,
        scores=tuple(Score(k, model.label(k), p) for k, p in ((0, 0.62), (3, 0.21), (7, 0.09), (2, 0.05),
                                                              (9, 0.01))),
        cell_value=None if cell is None else float(values[cell.unit, cell.y, cell.x]),
        timing=Timing(12.5, 9.1, 1.2),
    )  # fmt: skip


def _numbers(values: F32, top: float) -> U8:
    return frozen((128 + 127 * np.clip(values / top, -1, 1)).round().astype(np.uint8))


def canned_mosaic(layer: LayerInfo, request: Request, values: F32) -> Mosaic:
    """The tiles of a layer, nearest neighbour."""
    grid = lay_out(layer.units, layer.map_shape, request.pane)
    pixels = np.zeros(grid.size, np.uint8)
    top = float(max(np.abs(values).max(), 1e-6))
    rows, columns = (np.arange(n) * m // n for n, m in zip(grid.tile, layer.map_shape, strict=True))
    order = np.arange(layer.units, dtype=np.int32)
    if request.order == "activation":
        order = np.argsort(-values.max((1, 2)), kind="stable").astype(np.int32)
    for place, unit in enumerate(order):
        y0, x0, y1, x1 = tile_box(grid, place)
        pixels[y0:y1, x0:x1] = _numbers(values[unit], top)[rows][:, columns]
    return Mosaic(layer.name, grid, frozen(pixels), frozen(order), top, request.grid)


def canned_heat(request: Request, size: tuple[int, int]) -> Heat:
    """A blob right of the middle."""
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    strength = np.exp(-(np.square(y - size[0] * 0.4) + np.square(x - size[1] * 0.6)) / 150)
    picture = (127 + 120 * strength[..., None] * np.array([1.0, -0.4, 0.3])).round().astype(np.uint8)
    return Heat(f"{request.method} 7/7 ReLUs", request.seed_unit(), frozen(picture),
                frozen(strength.astype(np.float32)), 7, 7)  # fmt: skip
