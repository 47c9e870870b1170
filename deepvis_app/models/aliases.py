"""Short layer names for the narrow layer bar: still unique, still recognisable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

# Parts that say nothing about which layer it is.
_EMPTY = {"features", "encoder", "layers", "model", "net", "module", "backbone", "blocks", "block", "body"}
_EMPTY |= {"classifier", "trunk_output", "stages", "layer"}

_SHORTER = (
    (r"^inception", "inc"),
    (r"^branch", "b"),
    (r"^encoder_layer_", "L"),
    (r"^denseblock", "db"),
    (r"^denselayer", "dl"),
    (r"^transition", "trans"),
    (r"^self_attention$", "attn"),
    (r"^squeeze_excitation$", "se"),
    (r"_attention$", ""),
    (r"^mlp_layer$", "mlp"),
    (r"^scale_activation$", "gate"),
    (r"^activation$", "act"),
)

_KINDS = (
    (r"Conv", "conv"),
    (r"Linear", "fc"),
    (r"BatchNorm|LayerNorm|GroupNorm|InstanceNorm|RMSNorm|ResponseNorm", "norm"),
    (r"AvgPool|MaxPool|Pool", "pool"),
    (r"Softmax", "prob"),
    (r"ReLU6?$", "relu"),
)


def short_names(layers: Sequence[tuple[str, str, bool]]) -> list[str]:
    """Aliases for (name, module class, is a leaf) in execution order.

    Uninformative parts go, long ones are abbreviated, and a leaf that has only a number gets its kind;
    equal aliases are numbered in order. What would still not be unique keeps its full name.
    """
    shortened = [_shortened(*layer) for layer in layers]
    totals, seen = Counter(shortened), Counter[str]()
    numbered = []
    for alias in shortened:
        seen[alias] += 1
        separator = "." if alias[-1:].isdigit() else ""
        numbered.append(f"{alias}{separator}{seen[alias]}" if totals[alias] > 1 else alias)
    again = Counter(numbered)
    return [alias if again[alias] == 1 else layer[0] for alias, layer in zip(numbered, layers, strict=True)]


def _shortened(name: str, kind: str, leaf: bool) -> str:
    path, _, call = name.partition(":")
    parts = path.split(".")
    last = parts[-1]
    if leaf and last.isdigit():
        last = _short_kind(kind)
    kept = [part for part in parts[:-1] if part not in _EMPTY]
    alias = ".".join(_abbreviated(part) for part in [*kept, last])
    return f"{alias}:{call}" if call else alias


def _abbreviated(part: str) -> str:
    for pattern, short in _SHORTER:
        part = re.sub(pattern, short, part)
    return part


def _short_kind(kind: str) -> str:
    for pattern, short in _KINDS:
        if re.search(pattern, kind):
            return short
    return kind.lower()
