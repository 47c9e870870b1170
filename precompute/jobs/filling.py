"""What `am` and `dgn-am` do alike: options of how pictures are made, and a run that fills an atlas with them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError, Target, batch_size
from precompute.synthesis.pairs import Pair, by_unit
from precompute.synthesis.recipe import between, name_told

if TYPE_CHECKING:
    from deepvis_app.messages import LayerInfo
    from precompute.synthesis.maker import Wish
    from precompute.synthesis.making import Making
    from precompute.synthesis.preset import Preset


def add_making(parser: argparse.ArgumentParser) -> None:
    """The options that `in_half` and `fill` read, and --minimise."""
    add = parser.add_argument
    add("--minimise", action="store_true", help="make what the unit likes least")
    add("--precision", choices=("auto", "float32", "bfloat16"), default="auto",
        help="auto: bfloat16 where it is faster, but for the last steps")  # fmt: skip
    add("--diversity", type=between(0.0, 10.0), default=0.0, metavar="X",
        help="keep the pictures of a unit from looking alike; 1: as strongly as they climb (default 0)")  # fmt: skip
    add("--batch", type=batch_size, metavar="N", help="pictures at once (default: by their size)")


def in_half(options: argparse.Namespace, job: Target) -> bool:
    """Whether most steps are to be taken in bfloat16."""
    from precompute.precision import half_is_fast

    return options.precision == "bfloat16" or (options.precision == "auto" and half_is_fast(job.model.device))


def check_layers(objective: str, layers: Iterable[LayerInfo], preset: Preset | None = None) -> None:
    """Raises OptionError where a layer has no such objective, or none that a phase of the preset names."""
    from precompute.synthesis.objectives import check_objective
    from precompute.synthesis.schedule import check_phases

    for layer in layers:
        try:
            check_objective(objective, layer)
            if preset is not None:
                check_phases(preset, layer)
        except ValueError as error:
            raise OptionError(str(error)) from error


def facts_of_wish(options: argparse.Namespace, wish: Wish, start: str) -> dict[str, Any]:
    """All that decides about any picture, as JSON values; `start` is what it is called without a first one."""
    from precompute.synthesis.presets import as_json

    if wish.first is not None:
        start = f"picture {sha256(wish.first.tobytes()).hexdigest()[:16]}"
    return {
        "preset": name_told(options.preset),
        **as_json(wish.preset),
        "seeds": len(wish.seeds),
        "objective": wish.objective,
        "minimise": wish.minimise,
        "start": start,
        "precision": options.precision,
        **({"diversity": wish.diversity} if wish.diversity else {}),
    }


def fill(
    job: Target,
    name: str,
    kind: str,
    wish: Wish,
    facts: dict[str, Any],
    batch: int | None,
    pairs: Sequence[Pair] = (),
) -> int:
    """Make what the atlas does not have from this very run; exit status 0, or 130 when stopped."""
    from deepvis_app.atlas import AtlasWriter
    from precompute import runner
    from precompute.synthesis.making import Making

    stats = job.known_stats()
    with AtlasWriter(job.atlas, job.model.info.fingerprint, job.model.info.title) as writer:
        info = writer.begin(job.run_info(name, facts))
        making = Making(job.model, wish, stats, job.stop.wait, batch, by_unit(pairs))
        making.told = job.progress.partly
        items = [
            item
            for layer in job.layers
            for item in runner.chunks(layer.name, job.units[layer.name], making.units_at_once(layer))
        ]
        outcome = runner.run(items, making.records, writer, info, job.progress, job.stop, (kind,))
    _tell(making, job)
    return runner.conclude(outcome, job.progress, str(job.atlas))


def _tell(making: Making, job: Target) -> None:
    if making.fewer:
        job.progress.note(f"Not enough memory for all pictures of a unit at once: {making.fewer} at a time.")
    if making.rescued:
        job.progress.note(f"{making.rescued} pictures began where the gradient is zero and were rescued.")
