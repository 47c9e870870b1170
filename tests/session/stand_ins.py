"""An engine, a source, atlases and pins that only remember what they were asked, and a model of four layers."""

from __future__ import annotations

import numpy as np

from deepvis_app.messages import (
    U8,
    AtlasAnswer,
    AtlasQuery,
    Frame,
    LayerInfo,
    ModelAnswer,
    ModelChoice,
    ModelInfo,
    Mosaic,
    PinOrder,
    Request,
    Result,
    SourceCommand,
    SourceSpec,
    SourceStatus,
)

LAYERS = (
    LayerInfo("conv1", "conv1", "Conv2d", (6, 8, 8), 6, (8, 8)),
    LayerInfo("odd", "odd", "Odd", (1, 2, 3, 4, 5), 0, hidden_because="rank 5"),
    LayerInfo("conv2", "c2", "Conv2d", (10, 4, 4), 10, (4, 4)),
    LayerInfo("fc8", "fc8", "Linear", (3,), 3, (1, 1), is_class_layer=True),
    LayerInfo("prob", "prob", "Softmax", (3,), 3, (1, 1), is_class_layer=True, pictures_of="fc8"),
)
MODEL = ModelInfo(
    choice=ModelChoice("toy"),
    title="toy",
    layers=LAYERS,
    input_size=(16, 16),
    input_channels=3,
    crop="crop",
    labels=("goldfish", "school bus", "Bus stop"),
    fingerprint="0",
    device="cpu",
    weights="random",
    preprocessing="",
    start_layer="conv1",
)


class Compute:
    def __init__(self) -> None:
        self.submitted: list[Request] = []
        self.results: list[Result] = []
        self.answers: list[ModelAnswer] = []
        self.choices: list[ModelChoice] = []

    def submit(self, request: Request) -> None:
        self.submitted.append(request)

    def take(self) -> Result | None:
        return self.results.pop(0) if self.results else None

    def load(self, choice: ModelChoice) -> None:
        self.choices.append(choice)

    def take_model(self) -> ModelAnswer | None:
        return self.answers.pop(0) if self.answers else None


class Source:
    def __init__(self) -> None:
        self.commands: list[SourceCommand] = []
        self.opened: list[SourceSpec] = []
        self.now = SourceStatus()

    def open(self, spec: SourceSpec) -> None:
        self.opened.append(spec)
        self.now = SourceStatus("running", spec)

    def show(self, rgb: U8, name: str) -> None:
        raise AssertionError("not used here")

    def command(self, command: SourceCommand) -> None:
        self.commands.append(command)

    def status(self) -> SourceStatus:
        return self.now

    def latest(self) -> Frame | None:
        return None


class Atlas:
    def __init__(self) -> None:
        self.asked: list[AtlasQuery] = []
        self.answers: list[AtlasAnswer] = []

    def ask(self, query: AtlasQuery) -> None:
        self.asked.append(query)

    def take(self) -> AtlasAnswer | None:
        return self.answers.pop(0) if self.answers else None


class Pins:
    def __init__(self) -> None:
        self.orders: list[PinOrder] = []
        self.sentences: list[str] = []

    def put(self, order: PinOrder) -> None:
        self.orders.append(order)

    def take(self) -> str | None:
        return self.sentences.pop(0) if self.sentences else None


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def frame(index: int = 1) -> Frame:
    return Frame(index, np.zeros((4, 4, 3), np.uint8), 0.0)


def answer(request: Request, index: int = 1, mosaic: Mosaic | None = None, error: str = "") -> Result:
    return Result(frame(index), request, mosaic=mosaic, error=error)
