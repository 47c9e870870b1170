"""The engine's step against the bare network, without a window."""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable, Iterator

import torch

from benchmarks.rows import Row, paired_ratio
from deepvis_app.live.sources.pattern import Pattern
from deepvis_app.live.step import Memo, prepare, step
from deepvis_app.messages import Frame, ModelChoice, Request
from deepvis_app.models import LoadedModel, ModelError, load_model

MODELS = ("caffenet64", "squeezenet1_0", "resnet50")
PAIRS = 40
SOAK_FRAMES = 5000
WARM_UP_FRAMES = 300


def rows(device: str = "auto", pairs: int = PAIRS, soak_frames: int = SOAK_FRAMES) -> list[Row]:
    """The step rows for every model, then the memory row."""
    found = []
    for name in MODELS:
        model = load(name, device)
        found += [_forward_row(name, model, pairs), _deconv_row(name, model, pairs)]
    return [*found, _memory_row(load(MODELS[0], device), soak_frames)]


def load(name: str, device: str) -> LoadedModel:
    """Installed weights where there are some; the time does not depend on the values."""
    try:
        return load_model(ModelChoice(name, device=device))
    except ModelError:
        return load_model(ModelChoice(name, weights="random", device=device))


def _frames() -> Iterator[Frame]:
    source = Pattern()
    source.open()
    reading = None
    while reading is None:
        reading = source.read()
    source.close()
    index = 0
    while True:
        index += 1
        yield Frame(index, reading.rgb, time.perf_counter())


def _middle_layer(model: LoadedModel) -> str:
    """The convolution in the middle of the network: a layer that a person would look at."""
    convolutions = [layer.name for layer in model.info.layers if layer.kind == "Conv2d"]
    return convolutions[len(convolutions) // 2]


class _Live:
    """The live loop's step on one new frame after another, in this thread."""

    def __init__(self, model: LoadedModel, request: Request) -> None:
        self._model, self._request = model, request
        self._frames, self._memo = _frames(), Memo()
        self._frame = next(self._frames)

    def prepare(self) -> None:
        """What the capture thread does with a frame before it hands it over."""
        self._frame = next(self._frames)
        self._memo.prepared = prepare(self._model, self._frame, self._request.crop)

    def step(self) -> object:
        return _synchronised(self._model, lambda: step(self._model, self._frame, self._request, self._memo))

    def whole(self) -> object:
        """All of it, as if there were no other thread."""
        self.prepare()
        return self.step()


def _synchronised(model: LoadedModel, work: Callable[[], object]) -> object:
    answer = work()
    if model.device.type == "cuda":
        torch.cuda.synchronize()
    return answer


def _forward_row(name: str, model: LoadedModel, pairs: int) -> Row:
    def bare(x: torch.Tensor) -> object:
        with torch.inference_mode():
            return model.net(x)

    request = Request(1, _middle_layer(model))
    return _step_row(f"{name}: step with tiles / bare forward", model, request, bare, pairs)


def _deconv_row(name: str, model: LoadedModel, pairs: int) -> Row:
    """The unit is one of the last layer, so that both passes run through the whole network."""
    last = [layer for layer in model.info.layers if layer.is_class_layer][-1]

    def bare(x: torch.Tensor) -> object:
        source = x.clone().requires_grad_()
        model.net(source)[0, 0].backward()
        return source.grad

    request = Request(1, last.name, method="deconv")
    return _step_row(f"{name}: step with deconv / bare forward + backward", model, request, bare, pairs)


def _step_row(
    what: str, model: LoadedModel, request: Request, bare: Callable[[torch.Tensor], object], pairs: int
) -> Row:
    """The engine's step on a frame that the capture thread has prepared, against the network alone on an input
    that is ready; the detail also tells the ratio of the whole way from the same frame to the same output.
    """
    frames = _frames()
    x = model.preprocess(next(frames).rgb, model.device)

    def alone() -> object:
        return _synchronised(model, lambda: bare(x))

    def from_frame() -> object:
        return _synchronised(model, lambda: bare(model.preprocess(next(frames).rgb, model.device)))

    live = _Live(model, request)
    ratio, ours_ms, bare_ms = paired_ratio(live.step, alone, pairs, before=live.prepare)
    whole, _, _ = paired_ratio(live.whole, from_frame, pairs)
    detail = f"{ours_ms:.1f} / {bare_ms:.1f} ms on {model.info.device}; {whole:.2f} with preprocessing on both sides"
    return Row(what, ratio, 1.15, "x", detail)


def _memory_row(model: LoadedModel, soak_frames: int) -> Row:
    """Frames with a changing layer and unit, deconv on; what the process keeps more after than before."""
    frames, memo = _frames(), Memo()
    layers = [layer for layer in model.info.layers if layer.units]

    def run(count: int) -> None:
        for i in range(count):
            layer = layers[i // 7 % len(layers)]
            step(model, next(frames), Request(i, layer.name, i % layer.units, method="deconv"), memo)
        gc.collect()

    run(WARM_UP_FRAMES)
    before = resident_mb()
    run(soak_frames)
    return Row(f"memory growth over {soak_frames} frames", resident_mb() - before, 20, "MB")


def resident_mb() -> float:
    """What the process holds in memory now; where the system does not tell, the most it ever held."""
    try:
        with open("/proc/self/statm") as file:  # noqa: PTH123  a pseudo file
            return int(file.read().split()[1]) * resource.getpagesize() / 1e6
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1e6 if sys.platform == "darwin" else 1e3)
