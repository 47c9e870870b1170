"""Records of an atlas as JSON values: what is empty is left out."""

from __future__ import annotations

import json
import math
from typing import Any

from deepvis_app.messages import FacetMap, RunInfo, UnitPicture, UnitStats

Json = dict[str, Any]


class RunTable:
    """Numbers runs from 1 in the order of their first appearance.

    An atlas's own numbers do not do: the user's atlas and the bundled one both count from 1.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, run: RunInfo | None) -> int:
        """0 for what no run made."""
        if run is None:
            return 0
        return self._numbers.setdefault(json.dumps(run_facts(run), sort_keys=True), len(self._numbers) + 1)

    def facts(self) -> list[Json]:
        """All runs, with `number`."""
        return [{"number": number, **json.loads(text)} for text, number in self._numbers.items()]


def run_facts(run: RunInfo) -> Json:
    """All of a run but its number; a run without `finished` was broken off or still goes on."""
    return _filled(
        job=run.job,
        parameters=dict(run.parameters),
        seed=run.seed,
        data=run.data,
        data_hash=run.data_hash,
        versions=dict(run.versions),
        started=run.started,
        finished=run.finished,
    )


def picture_facts(picture: UnitPicture) -> Json:
    """Score and facts of a picture; kind, rank and run are told by whoever lists it."""
    facts = picture.facts
    return _filled(
        score=_short(picture.score),
        activation=_short(facts.activation),
        percentile=_short(facts.percentile),
        seed=facts.seed,
        source=facts.source,
        box=list(facts.box) if facts.box else None,
        label=facts.label,
        more=dict(facts.more),
    )


def stats_facts(stats: UnitStats) -> Json:
    """A unit's statistics without their run; quantiles as [share, value]."""
    return {
        "count": stats.count,
        "mean": _short(stats.mean),
        "std": _short(stats.std),
        "zeros": _short(stats.zeros),
        "quantiles": [[_short(share), _short(value)] for share, value in stats.quantiles],
    }


def facet_facts(found: FacetMap) -> Json:
    """A facet map without its thumbnails and axes; facet k is told by the pictures of rank k."""
    points = zip(
        found.points, found.xy.tolist(), found.silhouettes.tolist(), found.cluster.tolist(), strict=True
    )
    return {
        "code": {"layer": found.space.layer, "column": found.space.column, "axes": len(found.space.axes)},
        "silhouette": _short(found.silhouette),
        "purity": _short(found.purity),
        "facets": [
            _filled(
                images=len(facet.members),
                averaged=facet.averaged,
                centre=[_short(place) for place in facet.centre],
                silhouette=_short(facet.silhouette),
                purity=_short(facet.purity),
                label=facet.label,
                share=_short(facet.share) if facet.label else None,
            )
            for facet in found.facets
        ],
        "images": [
            _filled(
                facet=facet,
                place=[_short(x), _short(y)],
                silhouette=_short(silhouette),
                value=_short(point.value),
                source=point.source,
                box=list(point.box) if point.box else None,
                label=point.label,
            )
            for point, (x, y), silhouette, facet in points
        ],
    }


def _filled(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value not in (None, "", {})}


def _short(value: float | None) -> float | None:
    """Six significant digits: float32 holds little more, and files stay small; JSON knows no NaN and infinity."""
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None
