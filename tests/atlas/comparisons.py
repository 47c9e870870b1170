"""A comparison of methods as files, as the command writes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deepvis_app.atlas.images import encode
from deepvis_app.atlas.places import comparison_path
from deepvis_app.messages import COMPARED, UnitRef
from tests.atlas.makers import NETWORK, photo

REF = UnitRef("fc8", 3)


def figures(names: tuple[str, ...] = ("none", "tv"), seeds: int = 2) -> dict[str, Any]:
    """All figures of these methods, with a picture for each seed, and of real pictures."""
    return {
        "network": {"name": "small", "fingerprint": NETWORK},
        "layer": REF.layer,
        "units": {str(REF.unit): "goldfish"},
        "judges": {"squeezenet": {}},
        "compared_in": "squeezenet",
        "parameters": {"images": "/data/val", "steps": 20, "methods": "all", "limit": None, "judge": ["x"]},
        "made": "2026-03-03T08:00:00+00:00",
        "methods": [_row(name, seeds) for name in names],
        "real": {
            "name": "real",
            "scores": {"activation": 1.0, "seconds": None},
            "pictures": [{"unit": 3, "source": "n01/img_1.JPEG", "shown": 1.0, "file": "real-0.webp"}],
        },
        "to_come": [{"name": "ppgn", "title": "samples"}],
        "left_out": ["facets"],
        "winners": {"activation": ["tv"], "seconds": ["gone"]},
        "best": ["Excites the unit most: tv (9.0)."],
    }


def write(
    told: dict[str, Any] | None = None,
    change: Callable[[dict[str, Any]], object] | None = None,
    ref: UnitRef = REF,
) -> Path:
    """The files in the user's folder; `change` may spoil the figures, not the pictures. The path of the figures."""
    told = figures() if told is None else told
    path = comparison_path(NETWORK, ref)
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    rows = [*told["methods"], told["real"]]
    for number, facts in enumerate(facts for row in rows for facts in row["pictures"]):
        (folder / facts["file"]).write_bytes(encode(photo(number), COMPARED))
    if change is not None:
        change(told)
    path.write_text(json.dumps(told))
    return path


def _row(name: str, seeds: int) -> dict[str, Any]:
    return {
        "name": name,
        "title": f"the method {name}",
        "source": "a paper, Eq. 2",
        "scores": {"activation": 9.0, "seen": 0.5, "diversity": None, "slope": "steep"},
        "pictures": [
            {"unit": 3, "seed": seed, "activation": 9.5, "shown": 9.0 - seed, "percentile": 99.0,
             "squeezenet sees": "goldfish", "file": f"{name}-{seed}.webp"}
            for seed in range(seeds)
        ],
    }  # fmt: skip
