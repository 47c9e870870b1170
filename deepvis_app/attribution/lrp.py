"""Layer-wise relevance propagation (Bach et al. 2015): how the unit's value is shared among the pixels.

Relevance starts as the unit's value and is handed down, call by call, without loss:
    fully connected      epsilon rule            Bach et al. 2015, equation 58
    convolution          z+ rule                 Montavon et al. 2017, deep Taylor decomposition
    averages and sums    z+ rule, with the weights that they have
    activation functions, normalisations, factors: all to the value that goes in; a maximum: to the winner
A batch norm right behind a convolution or a fully connected layer counts as part of it. Of a softmax each class
hands all to its own score. Gates (a factor per channel, as in squeeze-and-excitation) get nothing.

Conserved is the unit's value at the seed: for "max" and "position" the value there, for "map" the sum of the
map's positive values; a unit of one value (a class) starts from it, whatever its sign. Biases do not take part:
under the z+ rule they have no share, and what they would absorb under the epsilon rule is spread over the inputs
in proportion to their magnitude. So heat sums to that value up to rounding, unless the network has calls without
a rule, which the note names.
"""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

from deepvis_app.attribution import notes
from deepvis_app.attribution.base import Attribution, Method, Target
from deepvis_app.attribution.lrp_mode import RelevanceMode
from deepvis_app.attribution.passes import INPUT, run_backward, run_forward
from deepvis_app.attribution.seeds import place, signal
from deepvis_app.messages import Seed
from deepvis_app.models.loaded import LoadedModel

TITLE = "LRP"
MOST = 10.0  # times the unit's value; what is more is no share any more


def worth(values: Tensor, *, single: bool) -> Tensor:
    """The relevance of a unit's values: themselves if it has but a single place, else what of them is positive."""
    return values.detach() if single else values.detach().clamp(min=0)


def starting_relevance(unit_map: Tensor, seed: Seed) -> Tensor:
    """Where relevance starts over a unit's map (h, w), and how much."""
    chosen = signal(unit_map, seed) != 0
    return torch.where(chosen, worth(unit_map, single=unit_map.numel() == 1), 0)


def _run(model: LoadedModel, x: Tensor, target: Target, watch: Collection[str]) -> Attribution:
    mode = RelevanceMode()
    forward = run_forward(model, x, target, watch, mode)
    start = starting_relevance(forward.unit_map, target.seed)
    signals = run_backward(forward, target, [INPUT, *watch], start)
    reached = len(signals)
    heat = signals.pop(INPUT, torch.zeros_like(forward.leaf))[0].float()
    whole = float(start.sum())
    return Attribution(
        output=forward.output,
        activations=forward.watched(watch),
        heat=heat.detach(),
        gradients=signals,
        intercepted=mode.intercepted,
        rectifiers=mode.rectifiers,
        label=_label(float(heat.sum()), whole),
        note=_note(forward.unit_map.detach(), target, whole, reached, mode),
    )


def _label(arrived: float, whole: float) -> str:
    """How much of the unit's value arrived; calls without a rule may blow it up without bounds."""
    if not whole:
        return TITLE
    share = arrived / whole
    return f"{TITLE} {100 * share:.1f} % conserved" if 0 <= share <= MOST else f"{TITLE} not conserved"


def _note(unit_map: Tensor, target: Target, whole: float, reached: int, mode: RelevanceMode) -> str:
    unit = target.unit_name
    found = []
    if not reached:
        found.append(notes.empty_note(unit_map, target, reached))
    elif not whole and target.seed.kind == "map":
        found.append(f"{unit} is nowhere above zero: there is no relevance to hand down")
    elif not whole:
        y, x = place(unit_map, target.seed)
        found.append(f"{unit} is not above zero at ({y}, {x}): there is no relevance to hand down")
    elif whole < 0:
        found.append(f"{unit} is negative ({whole:.3g}): positive relevance speaks against it")
    found += [
        f"{calls} {name} {'call has' if calls == 1 else 'calls have'} no relevance rule: "
        "plain gradient there, and relevance is not conserved"
        for name, calls in mode.without_rule.items()
    ]
    return notes.join(*found)


METHOD = Method(
    name="lrp",
    title=TITLE,
    run=_run,
    tooltip="The unit's value shared among the pixels, layer by layer and without loss: "
    "layer-wise relevance propagation",
)
