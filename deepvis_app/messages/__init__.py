"""The vocabulary of the program: frozen records that cross threads and package borders.

Only numpy and the standard library. Every array in a record is made read-only with `frozen` before it is
handed over. Coordinates are (y, x), sizes (height, width); pictures are RGB uint8 (H, W, 3) unless said
otherwise; times are `time.perf_counter` seconds, durations milliseconds.
"""

from deepvis_app.messages.arrays import F32, I32, U8, Box, frozen
from deepvis_app.messages.atlas import (
    KEPT_KINDS,
    PICTURE_KINDS,
    AtlasAnswer,
    AtlasQuery,
    LayerPictures,
    PictureFacts,
    PinOrder,
    RunInfo,
    UnitPicture,
    UnitPictures,
    UnitRecord,
    UnitStats,
)
from deepvis_app.messages.comparison import COMPARED, MethodResult, UnitComparison
from deepvis_app.messages.facets import (
    AM_FACET,
    DGN_FACET,
    FACET_KINDS,
    MEAN_FACET,
    CodeSpace,
    Facet,
    FacetMap,
    FacetPoint,
)
from deepvis_app.messages.network import (
    CropPolicy,
    LayerInfo,
    MethodInfo,
    ModelChoice,
    ModelInfo,
    ReceptiveField,
    UnitRef,
)
from deepvis_app.messages.painting import Painting, PaintOrder, PaintState
from deepvis_app.messages.request import (
    Cell,
    CodeOrder,
    GridContent,
    Order,
    RangePolicy,
    Request,
    Scale,
    Seed,
    SeedKind,
)
from deepvis_app.messages.result import Grid, Heat, ModelAnswer, Mosaic, Result, Score, Timing, UnitView
from deepvis_app.messages.source import Frame, SourceCommand, SourceSpec, SourceStatus

__all__ = [
    "AM_FACET",
    "COMPARED",
    "DGN_FACET",
    "F32",
    "FACET_KINDS",
    "I32",
    "KEPT_KINDS",
    "MEAN_FACET",
    "PICTURE_KINDS",
    "U8",
    "AtlasAnswer",
    "AtlasQuery",
    "Box",
    "Cell",
    "CodeOrder",
    "CodeSpace",
    "CropPolicy",
    "Facet",
    "FacetMap",
    "FacetPoint",
    "Frame",
    "Grid",
    "GridContent",
    "Heat",
    "LayerInfo",
    "LayerPictures",
    "MethodInfo",
    "MethodResult",
    "ModelAnswer",
    "ModelChoice",
    "ModelInfo",
    "Mosaic",
    "Order",
    "PaintOrder",
    "PaintState",
    "Painting",
    "PictureFacts",
    "PinOrder",
    "RangePolicy",
    "ReceptiveField",
    "Request",
    "Result",
    "RunInfo",
    "Scale",
    "Score",
    "Seed",
    "SeedKind",
    "SourceCommand",
    "SourceSpec",
    "SourceStatus",
    "Timing",
    "UnitComparison",
    "UnitPicture",
    "UnitPictures",
    "UnitRecord",
    "UnitRef",
    "UnitStats",
    "UnitView",
    "frozen",
]
