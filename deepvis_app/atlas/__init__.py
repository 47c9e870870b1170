"""The unit atlas: what excites each unit of one network, in one SQLite file. Only this package knows the format."""

from deepvis_app.atlas.errors import AtlasError
from deepvis_app.atlas.places import bundled_path, user_path
from deepvis_app.atlas.reader import AtlasReader
from deepvis_app.atlas.writer import AtlasWriter

__all__ = ["AtlasError", "AtlasReader", "AtlasWriter", "bundled_path", "user_path"]
