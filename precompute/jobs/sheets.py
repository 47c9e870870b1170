"""What the jobs share that try one unit under many settings and draw a contact sheet of what came out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deepvis_app.messages import LayerInfo
    from precompute.synthesis.maker import Wish
    from precompute.synthesis.tries import Tried, Try


def only_unit(job: Target, name: str) -> int:
    """The only unit that the options name. Raises OptionError, in which `name` says what works on one unit."""
    units = [(layer, unit) for layer in job.layers for unit in job.units[layer.name]]
    if len(units) != 1:
        raise OptionError(f"{name} works on one unit, not {len(units)}: name it with --layers and --units.")
    return units[0][1]


def make_all(job: Target, wish: Wish, unit: int, tries: list[Try]) -> list[Tried]:
    """A picture for each setting, or for those until it was stopped."""
    from precompute.synthesis import sweeping

    tried = []
    for one in sweeping.make(job.model, job.layers[0], wish, unit, tries, job.stop.wait):
        tried.append(one)
        job.progress.advance(1, one.setting.label.strip())
    return tried


def name_of(job: Target, unit: int, layer: LayerInfo | None = None) -> str:
    """Layer (None: the first one) and unit, with the class where there is one."""
    layer = layer or job.layers[0]
    label = f" ({job.model.info.label(unit)})" if layer.is_class_layer else ""
    return f"{layer.alias}:{unit}{label}"


def facts_of(job: Target, unit: int, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What stands beside the numbers of a sheet: of which network and unit, and which run of the job `name`."""
    from precompute.publish.facts import run_facts

    return {
        "network": job.model.info.title,
        "fingerprint": job.model.info.fingerprint,
        "layer": job.layers[0].name,
        "unit": unit,
        "run": run_facts(job.run_info(name, parameters)),
    }


def conclude(job: Target, folder: Path) -> int:
    """Say how it ended; the exit status."""
    from precompute.runner import STOPPED

    if job.stop.asked:
        job.progress.end(
            "stopped", f"Stopped; what was made until then is in {folder}, run it again to go on."
        )
        return STOPPED
    job.progress.end("done", f"Sheets and numbers are in {folder}.")
    return 0
