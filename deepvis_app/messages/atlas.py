"""What is known of a unit from beforehand: pictures, statistics, and which run made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deepvis_app.messages.arrays import U8, Box
from deepvis_app.messages.facets import FacetMap
from deepvis_app.messages.network import UnitRef

if TYPE_CHECKING:
    from deepvis_app.messages.comparison import UnitComparison

# kind -> what a person reads above such pictures; an atlas may hold kinds that are not listed here
PICTURE_KINDS: dict[str, str] = {
    "am": "What it prefers (activation maximisation)",
    "dgn-am": "What it prefers (DGN-AM)",
    "ppgn": "Samples of what it prefers (PPGN)",
    "top": "What excites it most (real pictures)",
    "deconv": "Why: deconv of the nine",
    "guided": "Why: guided backprop of the nine",
    "lrp": "Why: LRP of the nine",
    "session": "Pinned from the live view",
    "painted": "Painted here and kept",
    "pair": "Together with another unit (DGN-AM)",
    "facets": "Its facets: mean pictures",
    "facet-am": "Its facets (activation maximisation)",
    "facet-dgn": "Its facets (DGN-AM)",
    "facet-real": "Its facets: real pictures nearest to each",
    "facet-deconv": "Why: deconv of the facets' real pictures",
    "facet-lrp": "Why: LRP of the facets' real pictures",
}
# the kinds that a person keeps one by one -> the fact (in `PictureFacts.more`) that tells such pictures apart
KEPT_KINDS: dict[str, str] = {"session": "seen", "painted": "painted"}


@dataclass(frozen=True)
class RunInfo:
    """What made a set of pictures or statistics: enough to make them again.

    `job` is the sub-command, `parameters` all that it was given or assumed (JSON values), `data` the images
    in words and `data_hash` their content's sha256 ("" without images); times are ISO 8601 in UTC, `finished`
    is "" while it runs or when it was broken off.
    """

    job: str
    parameters: Mapping[str, Any]
    seed: int = 0
    data: str = ""
    data_hash: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    started: str = ""
    finished: str = ""
    number: int = 0  # the atlas's own number of it; 0: not in an atlas yet


@dataclass(frozen=True)
class PictureFacts:
    """What belongs to one picture beside its pixels; what does not apply is empty.

    `activation` is the unit's true value (pre-activation where the layer is one), `percentile` its place in
    0..100 among the maxima over the images of the unit's statistics. `source` is the image's path as its data
    set lists it, `box` the patch in that image's pixels, `label` its class. `more` holds the rest as JSON values.
    """

    activation: float | None = None
    percentile: float | None = None
    seed: int | None = None
    source: str = ""
    box: Box | None = None
    label: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class UnitPicture:
    """One picture of a unit; those of one kind are ordered by `rank` from 0, and rank k of "deconv" belongs to
    rank k of "top".

    A generator's picture of a unit that sees only a part of it is shown as that part: `rgb` is then what
    `facts.more["field"]` (top, left, bottom, right) cuts out of `whole`.
    """

    kind: str
    rank: int
    rgb: U8  # (H, W, 3)
    score: float = 0.0  # what the ranks are ordered by
    facts: PictureFacts = field(default_factory=PictureFacts)
    run: RunInfo | None = None  # None: not in an atlas yet
    whole: U8 | None = None  # None: `rgb` is all there is


@dataclass(frozen=True)
class UnitStats:
    """The unit's largest value in each image of a data set: how many images, and how these maxima are spread.

    `quantiles` are (share in 0..1, value), rising; `zeros` is the share of images in which the unit is nowhere
    above zero.
    """

    count: int
    mean: float
    std: float
    quantiles: tuple[tuple[float, float], ...]
    zeros: float
    run: RunInfo | None = None

    def percentile(self, value: float) -> float:
        """The share (0..100) of images whose maximum is below `value`, linear between the quantiles."""
        if not self.quantiles:
            return 0.0
        below = self.quantiles[0]
        if value <= below[1]:
            return 100 * below[0] if value == below[1] else 0.0
        for share, at in self.quantiles[1:]:
            if value <= at:
                return 100 * (below[0] + (share - below[0]) * (value - below[1]) / (at - below[1]))
            below = (share, at)
        return 100.0


@dataclass(frozen=True)
class UnitRecord:
    """What one transaction of an atlas holds of one unit: everything that `kinds` name is replaced.

    A unit that was tried and gave nothing (zero gradient, never active) has no pictures and says why in `note`.
    `facets` goes with the kind "facets".
    """

    ref: UnitRef
    kinds: tuple[str, ...]
    pictures: tuple[UnitPicture, ...] = ()
    stats: UnitStats | None = None
    note: str = ""
    facets: FacetMap | None = None


@dataclass(frozen=True)
class UnitPictures:
    """All that the atlases know of one unit, as the window shows it."""

    ref: UnitRef
    pictures: Mapping[str, tuple[UnitPicture, ...]] = field(default_factory=dict)  # by kind, in rank order
    notes: Mapping[str, str] = field(default_factory=dict)  # kind -> why there are none although it was tried
    stats: UnitStats | None = None
    error: str = ""  # one sentence: why an atlas could not be read
    facets: FacetMap | None = None


@dataclass(frozen=True)
class LayerPictures:
    """One small picture (or none) for every unit of a layer, for pattern mode: (units, side, side, 3)."""

    layer: str
    kind: str
    tiles: U8
    have: tuple[bool, ...]
    error: str = ""


@dataclass(frozen=True)
class AtlasQuery:
    """What the window wants of the atlases of the network with this fingerprint."""

    fingerprint: str
    ref: UnitRef
    units: int  # of the layer
    pattern: str = ""  # the kind whose LayerPictures are wanted as well; "": none
    methods: bool = False  # the unit's comparison of methods is wanted as well


@dataclass(frozen=True)
class AtlasAnswer:
    query: AtlasQuery
    unit: UnitPictures
    layer: LayerPictures | None = None
    methods: UnitComparison | None = None


@dataclass(frozen=True)
class PinOrder:
    """A picture of one of the `KEPT_KINDS` that a person keeps in their own atlas of the network, or takes out."""

    fingerprint: str
    title: str  # of the network
    ref: UnitRef
    name: str  # the unit as a person reads it
    picture: UnitPicture
    keep: bool = True
