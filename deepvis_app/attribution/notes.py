"""What a picture may be called, and the sentences that explain an empty one."""

from __future__ import annotations

from torch import Tensor

from deepvis_app.attribution.base import Target
from deepvis_app.attribution.rules import RuleMode
from deepvis_app.attribution.seeds import place

PLAIN = "plain gradient"


def rule_label(title: str, mode: RuleMode) -> str:
    """The rule's name and how much it caught, e.g. "guided backprop 7/7 ReLUs"; PLAIN if it changed nothing."""
    return f"{title} {mode.intercepted}/{mode.rectifiers} ReLUs" if mode.applied else PLAIN


def rule_note(title: str, mode: RuleMode, target: Target) -> str:
    """What to keep in mind about a picture made with a rule."""
    notes = []
    if not mode.intercepted:
        notes.append(f"{title} found no ReLU in this network: this is the plain gradient")
    elif not mode.applied:
        notes.append(
            f"no ReLU lies between the input and {target.layer_name}: {title} is the plain gradient here"
        )
    for name, calls in mode.without_rule.items():
        notes.append(
            f"{calls} {name} {'call has' if calls == 1 else 'calls have'} no rule: plain gradient there"
        )
    return "; ".join(notes)


def seed_note(unit_map: Tensor, target: Target) -> str:
    """What the starting signal over the unit's map (h, w) does that one may not expect; "" if nothing."""
    if target.seed.kind != "map":
        return ""
    single = unit_map.numel() == 1
    value = unit_map.item() if single else bool(unit_map.any())
    unit = target.unit_name
    if not value:
        return f"{unit} is silent: its whole map is zero, and the map is where the backward signal starts"
    if single and value < 0:
        return f"{unit} is negative ({value:.3g}) and the backward signal starts from it: signs are turned"
    return ""


def empty_note(unit_map: Tensor, target: Target, signals: int) -> str:
    """Why a heat is zero everywhere although the seed is not; `signals`: how many ends the signal reached."""
    unit = target.unit_name
    if not signals:
        return f"all zero because the network computes {target.layer_name} without gradients (torch.no_grad or detach)"
    if target.seed.kind != "map" and unit_map[place(unit_map, target.seed)] <= 0:
        y, x = place(unit_map, target.seed)
        return f"all zero because {unit} is silent at ({y}, {x}) and nothing passes a ReLU that is off"
    return f"all zero because no path from {unit} to the input lets the backward signal through"


def join(*notes: str) -> str:
    """The notes that say something, as one text."""
    return "; ".join(note for note in notes if note)
