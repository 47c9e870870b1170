"""From picked samples to what an atlas keeps of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from deepvis_app.messages import UnitPicture, UnitStats
from deepvis_app.models import LoadedModel
from precompute.ppgn.chains import Sample, Scene
from precompute.synthesis.aim import Task
from precompute.synthesis.display import as_bytes, as_rgb, reached
from precompute.synthesis.recording import Made, picture_of, score_of

KIND = "ppgn"
_TRACE = 9  # values of the way that are kept


@dataclass(frozen=True)
class Kept:
    """A sample that is shown: its chain's seed and confidences up to it, and of how many it was picked."""

    sample: Sample
    seed: int
    trace: Sequence[float]
    picked_of: int


@torch.no_grad()
def painted(
    model: LoadedModel,
    scene: Scene,
    unit: int,
    kept: Sequence[Kept],
    stats: UnitStats | None,
    *,
    codes: bool,
) -> tuple[UnitPicture, ...]:
    """The samples as pictures, the strongest first; with `codes` their codes are kept as well."""
    made = _made(model, scene, unit, kept)
    order = sorted(range(len(made)), key=lambda k: -score_of(made[k]))
    pictures = []
    for rank, k in enumerate(order):
        picture = picture_of(KIND, rank, made[k], scene.part.field, stats, codes=codes)
        more = {**picture.facts.more, **_facts(kept[k], scene)}
        pictures.append(replace(picture, facts=replace(picture.facts, more=more)))
    return tuple(pictures)


def _made(model: LoadedModel, scene: Scene, unit: int, kept: Sequence[Kept]) -> list[Made]:
    codes = torch.stack([one.sample.codes for one in kept])
    whole = scene.codes.whole(codes)
    top, left, bottom, right = scene.part.canvas
    seen = whole[..., top:bottom, left:right]
    units = torch.full((len(kept),), unit, device=codes.device)
    values, _ = reached(model, scene.part, seen * 255, units)
    shown, better = reached(model, scene.part, as_bytes(seen).float(), units)
    rows: Sequence[Tensor] = (values, shown, better)
    numbers = zip(*(row.tolist() for row in rows), strict=True)
    cut, wholes, raw = as_bytes(scene.part.shown(seen)), as_bytes(whole), scene.codes.code(codes)
    return [
        Made(
            Task(unit, one.seed),
            rgb=as_rgb(cut[k]),
            activation=value,
            shown=value_shown,
            better=stronger,
            trace=_thinned(one.trace),
            code=raw[k].cpu().numpy(),
            whole=as_rgb(wholes[k]),
        )
        for k, (one, (value, value_shown, stronger)) in enumerate(zip(kept, numbers, strict=True))
    ]


def _facts(kept: Kept, scene: Scene) -> dict[str, Any]:
    """What is to be known of a sample beside its picture, as JSON values."""
    return {
        "condition": scene.condition.name,
        "confidence": round(kept.sample.confidence, 4),
        "step": kept.sample.step,
        "run": kept.sample.run,
        "prior_weight": float(f"{kept.sample.weight:.3g}"),
        "picked_of": kept.picked_of,
    }


def _thinned(values: Sequence[float]) -> tuple[float, ...]:
    """At most _TRACE of them, first and last among them."""
    count = min(_TRACE, len(values))
    return tuple(values[round(k * (len(values) - 1) / max(count - 1, 1))] for k in range(count))
