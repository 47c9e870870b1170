"""The unit atlas: what excites each unit of one network, in one SQLite file. Only this package knows the format."""

from deepvis_app.atlas.desk import AtlasDesk
from deepvis_app.atlas.errors import AtlasError, AtlasTroubleError
from deepvis_app.atlas.merging import compact, merge
from deepvis_app.atlas.places import bundled_path, user_path
from deepvis_app.atlas.reader import AtlasReader
from deepvis_app.atlas.shelf import Shelf
from deepvis_app.atlas.soundness import integrity
from deepvis_app.atlas.writer import AtlasWriter

__all__ = [
    "AtlasDesk",
    "AtlasError",
    "AtlasReader",
    "AtlasTroubleError",
    "AtlasWriter",
    "Shelf",
    "bundled_path",
    "compact",
    "integrity",
    "merge",
    "user_path",
]
