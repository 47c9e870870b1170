"""A study's results on disk: the contact sheet, the figures, and what else came out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deepvis_app.files import atomic_write
from deepvis_app.render.pictures import save_png
from precompute.options import OptionError, versions
from precompute.publish.sheet import SheetError, draw_sheet
from precompute.studies.base import Desk, Finding, Study
from precompute.studies.networks import told

PRIVATE = "Shows pictures of the data set that was given: not to be passed on."
LETTERS = 0.115  # of a picture's side: names of classes are long
_NO_PARAMETERS = ("reporter", "stop", "progress", "out", "size", "device")


def write(study: Study, desk: Desk, finding: Finding) -> None:
    """NAME.png, NAME.json and NAME with each further ending, in the folder --out. Raises OSError and OptionError."""
    out = desk.options.out
    report = {**facts(study, desk), "private": finding.private, "figures": finding.figures}
    written = {".json": (json.dumps(finite(report), indent=1, default=str) + "\n").encode(), **finding.files}
    try:
        sheet = draw_sheet(
            finding.tiles,
            f"{study.name} ({study.paper}, {study.after})",
            _footer(desk),
            columns=finding.columns,
            size=desk.options.size,
            explained=_explained(study, finding),
            letters=LETTERS,
        )
    except SheetError as error:
        raise OptionError(str(error)) from error
    save_png(out / f"{study.name}.png", sheet)
    for ending, content in written.items():
        with atomic_write(out / f"{study.name}{ending}") as file:
            file.write(content)


def facts(study: Study, desk: Desk) -> dict[str, Any]:
    """All that decides about the result, and what it was made with."""
    return {
        "study": study.name,
        "title": study.help,
        "after": f"Nguyen et al. 2016, {study.after}",
        "network": told(desk.model),
        "layer": desk.layer.name,
        "units": {str(unit): desk.name(unit) for unit in desk.units},
        "seeds": list(desk.seeds),
        "parameters": parameters(desk),
        "versions": versions(desk.model),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def parameters(desk: Desk) -> dict[str, Any]:
    """The options that decide about the result, by name."""
    return {name: value for name, value in sorted(vars(desk.options).items()) if name not in _NO_PARAMETERS}


def finite(value: Any) -> Any:
    """JSON knows no NaN and no infinity: null stands for them."""
    if isinstance(value, Mapping):
        return {name: finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _explained(study: Study, finding: Finding) -> str:
    """What is studied, what stands where, and what came out."""
    what = f"{study.help[0].upper()}{study.help[1:]}."
    return " ".join([what, finding.explained, finding.said, PRIVATE if finding.private else ""])


def _footer(desk: Desk) -> str:
    made = versions(desk.model)
    return (
        f"{desk.model.info.title}, weights {desk.model.info.fingerprint[:12]}, seeds {desk.seeds[0]} and on; "
        f"DeepVis {made['deepvis']}, torch {made['torch']}"
    )
