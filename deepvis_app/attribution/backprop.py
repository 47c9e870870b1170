"""The methods whose picture is a backward signal at the input: one pass forward, one back."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from deepvis_app.attribution import notes
from deepvis_app.attribution.base import Attribution, Run, Target
from deepvis_app.attribution.passes import INPUT, Forward, run_backward, run_forward
from deepvis_app.attribution.rules import Rule, RuleMode
from deepvis_app.models.loaded import LoadedModel


def backpropagation(title: str, rule: Rule | None = None) -> Run:
    """A method: the signal at the input, heat (C, H, W), when ReLUs follow `rule` (None: autograd's own).

    The picture is called `title` only where the rule really changed the way of the signal.
    """

    def run(model: LoadedModel, x: Tensor, target: Target, watch: Collection[str]) -> Attribution:
        mode = RuleMode(rule) if rule else None
        forward = run_forward(model, x, target, watch, mode)
        return _attribution(forward, target, watch, mode, title)

    return run


def _attribution(
    forward: Forward, target: Target, watch: Collection[str], mode: RuleMode | None, title: str
) -> Attribution:
    signals = run_backward(forward, target, [INPUT, *watch])
    reached = len(signals)
    heat = signals.pop(INPUT, torch.zeros_like(forward.leaf))[0].float()
    unit_map = forward.unit_map.detach()
    note = notes.seed_note(unit_map, target)
    if not note and not heat.any():
        note = notes.empty_note(unit_map, target, reached)
    if mode is not None and reached:
        note = notes.join(note, notes.rule_note(title, mode, target))
    return Attribution(
        output=forward.output,
        activations=forward.watched(watch),
        heat=heat.detach(),
        gradients=signals,
        intercepted=mode.intercepted if mode else 0,
        rectifiers=mode.rectifiers if mode else 0,
        label=notes.rule_label(title, mode) if mode else title,
        note=note,
    )
