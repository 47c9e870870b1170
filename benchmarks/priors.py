"""What a step of activation maximisation costs with each prior, against the bare network forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch

from benchmarks.rows import Row, paired_ratio
from benchmarks.steps import load
from deepvis_app.models import LoadedModel
from precompute.memory import keep_freed_memory
from precompute.synthesis.ascent import Ascent, Climb, Task
from precompute.synthesis.maker import Wish
from precompute.synthesis.making import Making
from precompute.synthesis.presets import PRESETS
from precompute.synthesis.priors import (
    AlphaNorm,
    Bilateral,
    Blur,
    CentreBias,
    Decay,
    GradientBlur,
    Jitter,
    Laplacian,
    Noise,
    PatchColours,
    PathDropout,
    Prior,
    Shift,
    SmallContribution,
    SmallNorm,
    SplitBregman,
    Variation,
)

MODEL = "squeezenet1_0"
PAIRS = 5
PICTURES, FEWER = 64, 16  # at once: for the row with a target, and for the others
TARGET = 2.0  # times the bare network's time, for a step with TV by split Bregman
WITH_TARGET = "split-bregman"
# Each with numbers as presets have them, at work in every step.
TYPICAL: dict[str, Prior] = {
    "decay": Decay(0.01),
    "blur": Blur(1.0),
    "small-norm": SmallNorm(50.0),
    "small-contribution": SmallContribution(50.0),
    "split-bregman": SplitBregman(13.0),
    "bilateral": Bilateral(every=1),
    "noise": Noise(0.01, end=0.01),
    "jitter": Jitter(),
    "shift": Shift(),
    "centre-bias": CentreBias(),
    "path-dropout": PathDropout(),
    "gradient-blur": GradientBlur(1.0),
    "laplacian": Laplacian(),
    "variation": Variation(0.1),
    "alpha-norm": AlphaNorm(0.1),
    "patch-colours": PatchColours(0.1),
}


def rows(device: str, share: float = 1.0) -> list[Row]:
    """The row with a target, a step without priors, and one row for each prior."""
    keep_freed_memory()  # as the command does
    model, pairs = load(MODEL, device), max(round(PAIRS * share), 1)
    many, few = (max(round(count * share), 1) for count in (PICTURES, FEWER))
    others = [row(model, name, prior, few, pairs) for name, prior in {"no prior": Prior(), **TYPICAL}.items()]
    return [row(model, WITH_TARGET, TYPICAL[WITH_TARGET], many, pairs, TARGET), *others]


def row(
    model: LoadedModel, name: str, prior: Prior, count: int, pairs: int, target: float | None = None
) -> Row:
    """A step of `count` pictures of the classes, in single precision, with this one prior.

    Whole maps are wanted, so that the step runs the whole network as the bare one does.
    """
    layer = next(layer for layer in model.info.layers if layer.is_class_layer)
    preset = replace(PRESETS["none"], steps=1000, priors=(prior,))  # the end, where nothing moves, stays far
    climb = Making(model, Wish(preset, (0,), "channel"), {}, lambda: False).maker(layer.name).climb
    tasks = [Task(unit % layer.units, unit) for unit in range(count)]
    ratio, ours_ms, bare_ms = paired_ratio(_step(model, climb, tasks), _bare(model, count), pairs)
    what = f"{model.info.choice.name}: a step of {count} pictures with {name} / bare forward + backward"
    times = f"{ours_ms / count:.2f} / {bare_ms / count:.2f} ms a picture on {model.info.device}"
    return Row(what, ratio, target, "x", times)


def _step(model: LoadedModel, climb: Climb, tasks: list[Task]) -> Callable[[], object]:
    ascent = Ascent(climb, tasks)

    def work() -> object:
        ascent.step()
        return _finished(model, ascent.values)

    return work


def _bare(model: LoadedModel, count: int) -> Callable[[], object]:
    """The network alone, from inputs that are ready to their gradient, with frozen weights; in the layout that is
    faster, as the step has it.
    """
    height, width = model.info.input_size
    x = torch.randn(count, model.preprocess.channels, height, width, device=model.device)
    if model.device.type == "cpu":
        x = x.contiguous(memory_format=torch.channels_last)

    def work() -> object:
        leaf = x.clone().requires_grad_()
        return _finished(model, torch.autograd.grad(model.net(leaf).sum(), leaf)[0])

    return work


def _finished(model: LoadedModel, result: object) -> object:
    if model.device.type == "cuda":
        torch.cuda.synchronize()
    return result
