"""Where the atlases of a network lie."""

from __future__ import annotations

from pathlib import Path

from deepvis_app.atlas.errors import AtlasError
from deepvis_app.atlas.reader import AtlasReader
from deepvis_app.files import assets_folder, data_folder


def user_path(fingerprint: str) -> Path:
    """The user's own atlas of the network, whether it exists or not."""
    return data_folder() / "atlas" / f"{fingerprint[:16]}.atlas"


def bundled_path(fingerprint: str) -> Path | None:
    """The atlas of the network that comes with DeepVis, if there is one."""
    for path in sorted((assets_folder() / "atlas").glob("*.atlas")):
        try:
            with AtlasReader(path, fingerprint):
                return path
        except AtlasError:
            continue
    return None
