"""DGN-AM against the generator and the network alone, and one unit from the click to the finished picture."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks.rows import Row, paired_ratio
from benchmarks.steps import load
from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from precompute.generators.store import GeneratorError, load_generator, save_generator
from precompute.generators.topology import AnyGenerator, Generator, Topology, initialise
from precompute.memory import keep_freed_memory
from precompute.precision import half_is_fast
from precompute.synthesis.ascent import EXACT_SHARE, Ascent, Climb, Task
from precompute.synthesis.code_recipe import DEFAULT_GENERATOR
from precompute.synthesis.maker import Maker, Wish
from precompute.synthesis.objectives import AUTO
from precompute.synthesis.presets import DGN, PRESETS

MODEL = "caffenet64"
PAIRS = 5
STEPS = 10  # of one timed ascent; the last fifth of them in single precision, as always
SLOWER = 1 / 0.85  # than the two networks alone
SEEDS = 9
SLOWEST_PICTURE_MS, SLOWEST_TURN_MS = 200.0, 1000.0


def rows(device: str, share: float = 1.0) -> list[Row]:
    """The loop for one unit and for many, then the command that the window starts."""
    keep_freed_memory()
    model = load(MODEL, device)
    layer = next(layer for layer in model.info.layers if layer.is_class_layer)
    generator, pairs = _generator(model), max(round(PAIRS * share), 1)
    found = [_row(model, layer, generator, units, pairs) for units in (1, 4)]
    return [*found, *_painting(layer, generator, device)]


def _generator(model: LoadedModel) -> AnyGenerator:
    """The bundled one; the time of a random one is the same."""
    try:
        return load_generator(DEFAULT_GENERATOR)[0].to(model.device)
    except GeneratorError:
        generator = Generator(Topology((1024,)))
        initialise(generator, torch.full((1024,), 0.3), torch.full((1024,), 0.5))
        return generator.eval().requires_grad_(False).to(model.device)


def _row(model: LoadedModel, layer: LayerInfo, generator: AnyGenerator, units: int, pairs: int) -> Row:
    half, preset = half_is_fast(model.device), replace(PRESETS[DGN], steps=STEPS)
    wish = Wish(preset, tuple(range(SEEDS)), AUTO, generator=generator, half=half)
    maker = Maker(model, layer, wish)
    tasks = [Task(unit, seed) for unit in range(units) for seed in wish.seeds]
    bare = _bare(model, generator, len(tasks), half)
    ratio, ours_ms, bare_ms = paired_ratio(
        lambda: _finished(model, _climbed(maker.climb, tasks)), lambda: _finished(model, bare()), pairs
    )
    what = f"{MODEL}: DGN-AM of {len(tasks)} pictures / generator and network forward and backward"
    times = f"{ours_ms / STEPS:.1f} / {bare_ms / STEPS:.1f} ms a step on {model.info.device}"
    return Row(what, ratio, SLOWER, "x", f"{1 / ratio:.2f} of their throughput: {times}")


def _climbed(climb: Climb, tasks: list[Task]) -> object:
    """The steps as `dgn-am` takes them, from the start on."""
    ascent = Ascent(climb, tasks)
    while not ascent.over:
        ascent.step()
    return ascent.values


def _bare(model: LoadedModel, generator: AnyGenerator, count: int, half: bool) -> Callable[[], object]:
    """As many steps with nothing in them but both networks, in the same precision, with frozen weights."""
    code = torch.rand(count, *generator.code_shape, device=model.device)

    def work() -> object:
        gradient = code
        for index in range(STEPS):
            leaf = code.clone().requires_grad_()
            in_half = half and index / (STEPS - 1) < 1 - EXACT_SHARE
            with torch.autocast(model.device.type, torch.bfloat16, enabled=in_half):
                scores = model.net(generator(leaf))
            (gradient,) = torch.autograd.grad(scores.float().sum(), leaf)
        return gradient

    return work


def _painting(layer: LayerInfo, generator: AnyGenerator, device: str) -> list[Row]:
    """`paint` as the window starts it: one picture, and nine."""
    with TemporaryDirectory() as folder:
        assert isinstance(generator, Generator)  # only such are bundled
        save_generator(generator, {}, Path(folder), "painter")
        name = str(Path(folder) / "painter.safetensors")
        words = ["--unit", f"{layer.alias}:0", "--generator", name, "--device", device]
        between, _, turn_ms = _watched([*words, "--pictures", "1"], f"unit {layer.alias}:1")
        _, seconds, _ = _watched([*words, "--pictures", str(SEEDS)])
    return [
        Row(
            "paint: time from picture to picture", between, SLOWEST_PICTURE_MS, "ms", "one picture at a time"
        ),
        Row(
            "paint: from another unit to its first picture", turn_ms, SLOWEST_TURN_MS, "ms", "the same child"
        ),
        Row("paint: from the start of the process to nine finished pictures", seconds, None, "s"),
    ]


def _watched(words: list[str], turn: str = "") -> tuple[float, float, float]:
    """The mean milliseconds from picture to picture, the seconds until it rests, and the milliseconds from the word
    `turn`, said then, to the picture that follows.
    """
    command = [sys.executable, "-m", "precompute", "paint", *words]
    started, shown, turned, rests = time.perf_counter(), [], 0.0, 0.0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for line in child.stdout:
            event = json.loads(line)["event"]
            if event == "picture" and rests:
                turned = time.perf_counter() - rests
                break
            if event == "picture":
                shown.append(time.perf_counter())
            elif event == "resting" and turn:
                rests = time.perf_counter()
                child.stdin.write(f"{turn}\n")
                child.stdin.flush()
            elif event == "resting":
                break
        child.stdin.close()
        child.stdout.read()
    if len(shown) < 2:
        raise SystemExit("paint told of no pictures.")
    return (shown[-1] - shown[0]) / (len(shown) - 1) * 1e3, shown[-1] - started, turned * 1e3


def _finished(model: LoadedModel, result: object) -> object:
    if model.device.type == "cuda":
        torch.cuda.synchronize()
    return result
