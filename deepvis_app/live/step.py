"""One step of the live loop: model x frame x request -> result. No threads, no state but the memo handed in."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import torch

from deepvis_app.attribution import METHODS, Attribution, Target, always
from deepvis_app.live.codes import code_of
from deepvis_app.live.painter import Painter, Ranges, heat_picture
from deepvis_app.live.scores import top_scores
from deepvis_app.messages import U8, Box, CropPolicy, Frame, LayerInfo, Request, Result, Timing, frozen
from deepvis_app.models.loaded import LoadedModel
from deepvis_app.models.probe import Probe, class_vector

# Frames further apart are separate pictures, as stills are: their ranges have nothing to do with each other.
LIVE_GAP_S = 1.0


@dataclass(frozen=True)
class Pass:
    """One run through the network: what the pictures are made of; `picture` and `box` as in `Prepared`."""

    picture: U8
    box: Box
    output: torch.Tensor  # what the classes are read from
    activations: dict[str, torch.Tensor]
    attribution: Attribution | None
    network_ms: float


@dataclass(frozen=True)
class Prepared:
    """A frame as the network takes it, made where the frame comes from, before a step needs it."""

    model: LoadedModel
    frame: Frame
    crop: CropPolicy | None
    picture: U8  # (H, W, 3): the exact input, before normalisation
    box: Box  # the part of the frame that it shows
    x: torch.Tensor  # (1, C, H, W) on the model's device

    def serves(self, model: LoadedModel, frame: Frame, crop: CropPolicy | None) -> bool:
        return self.model is model and self.frame is frame and self.crop == crop


def prepare(model: LoadedModel, frame: Frame, crop: CropPolicy | None) -> Prepared:
    """Half of the work beside a small network; it needs no order, so that the capture thread can do it."""
    preprocess = model.preprocess
    pixels = preprocess.pixels(frame.rgb, crop)
    x = preprocess.tensor(pixels, model.device)
    box = preprocess.frame_box(frame.rgb.shape[:2], crop)
    return Prepared(model, frame, crop, frozen(preprocess.shown(pixels)), box, x)


@dataclass
class Memo:
    """What one step takes over from the last: the pass, if nothing in it changes, and the smoothed ranges."""

    key: Hashable = None
    last: Pass | None = None
    frame: Frame | None = None
    ranges: Ranges = field(default_factory=Ranges)
    prepared: Prepared | None = None  # for the frame to come; without it a step does all by itself


def step(
    model: LoadedModel, frame: Frame, request: Request, memo: Memo, wanted: Callable[[], bool] = always
) -> Result:
    """Compute what the request wants to see of the frame.

    On a still picture only what a new request changes is computed again. Raises KeyError for a layer or
    method that does not exist; whatever the network raises passes through. A slow method asks `wanted` now and
    then, and raises SupersededError when it says no.
    """
    started = time.perf_counter()
    new_frame = _note_frame(memo, frame)
    run = _pass(model, frame, request, memo, wanted)
    gradients = run.attribution.gradients if run.attribution else {}
    painter = Painter(model.info, request, run.activations, gradients, memo.ranges, new_frame)
    return _result(model, frame, run, painter, started)


def _note_frame(memo: Memo, frame: Frame) -> bool:
    """Whether the frame is new; a picture that does not follow on the last at once starts with fresh ranges."""
    before = memo.frame
    if before is not None and before.index == frame.index:
        return False
    if before is None or frame.still or frame.captured_at - before.captured_at > LIVE_GAP_S:
        memo.ranges = Ranges()
    memo.frame = frame
    return True


def _pass(model: LoadedModel, frame: Frame, request: Request, memo: Memo, wanted: Callable[[], bool]) -> Pass:
    watch = _watched(model, request)
    backward = (request.method, request.seed, request.seed_unit()) if request.method != "off" else None
    key = (frame.index, request.crop, backward, watch)
    if memo.last is None or memo.key != key:
        started = time.perf_counter()
        ready = memo.prepared
        if ready is None or not ready.serves(model, frame, request.crop):
            ready = prepare(model, frame, request.crop)
        if backward is None:
            attribution = None
            output, activations = _forward(model, ready.x, watch)
        else:
            attribution = _attribute(model, ready.x, request, watch, wanted)
            output, activations = attribution.output, attribution.activations
        network_ms = (time.perf_counter() - started) * 1e3
        memo.last = Pass(ready.picture, ready.box, output, activations, attribution, network_ms)
        memo.key = key
    return memo.last


def _watched(model: LoadedModel, request: Request) -> frozenset[str]:
    if request.overview:
        return frozenset(layer.name for layer in model.info.layers if layer.units)
    also = () if request.code is None else (request.code.layer,)
    return frozenset((request.layer, *also))


def _forward(
    model: LoadedModel, x: torch.Tensor, watch: frozenset[str]
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The output that the classes are read from, and the watched layers'."""
    # Gradient modes are thread-local: the thread that computes enters them itself.
    with torch.inference_mode(), Probe(model.net, watch) as probe:
        output = class_vector(model.net(x))
    return output, dict(probe.outputs)


def _attribute(
    model: LoadedModel, x: torch.Tensor, request: Request, watch: frozenset[str], wanted: Callable[[], bool]
) -> Attribution:
    start = request.seed_unit()
    alias = model.info.layer(start.layer).alias
    target = Target(start.layer, start.unit, request.seed, wanted, alias)
    return METHODS[request.method].run(model, x, target, watch)


@torch.inference_mode()
def _result(model: LoadedModel, frame: Frame, run: Pass, painter: Painter, started: float) -> Result:
    run_at = time.perf_counter()
    request, attribution = painter.request, run.attribution
    layer = model.info.layer(request.layer)
    mosaic = painter.mosaic(layer, request.grid, request.pane)
    scores, scores_note = top_scores(model.info, run.output)
    return Result(
        frame=frame,
        request=request,
        mosaic=mosaic,
        overview=painter.overview() if request.overview else (),
        unit=painter.unit(layer),
        heat=heat_picture(attribution, request, run.picture) if attribution else None,
        network_input=run.picture,
        input_box=run.box,
        scores=scores,
        scores_note=scores_note,
        cell_value=_cell_value(painter, request),
        code=code_of(model.info, request.code, run.activations),
        notes=_notes(painter, layer, mosaic is not None),
        timing=_timing(started, run_at, run.network_ms),  # the last of all to be worked out
    )


def _timing(started: float, run_at: float, network_ms: float) -> Timing:
    ended = time.perf_counter()
    return Timing((ended - started) * 1e3, network_ms, (ended - run_at) * 1e3)


def _cell_value(painter: Painter, request: Request) -> float | None:
    found = painter.scaled(painter.info.layer(request.layer), request.grid)
    cell = request.cell
    return None if cell is None or found is None else float(found.maps[cell.unit, cell.y, cell.x])


def _notes(painter: Painter, layer: LayerInfo, shown: bool) -> tuple[str, ...]:
    """Sentences for the status line; the first one stands in the grid when that is empty."""
    request, notes = painter.request, []
    if not shown and request.grid == "backward":
        start = painter.info.layer(request.seed_unit().layer).alias
        notes.append(
            f"The backward signal from {start} does not pass through {layer.alias}: choose a layer before it."
        )
    elif not shown:
        notes.append(f"{layer.alias} did not run for this picture: choose another layer.")
    return (*notes, *painter.strange_values(layer))
