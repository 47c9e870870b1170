"""Where the atlases of a network lie, and the comparisons of methods for its units."""

from __future__ import annotations

import re
from pathlib import Path

from deepvis_app.atlas.errors import AtlasError
from deepvis_app.atlas.reader import AtlasReader
from deepvis_app.files import assets_folder, data_folder
from deepvis_app.messages import UnitRef


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


def comparisons_folder(fingerprint: str) -> Path:
    """Where the user's comparisons of methods for units of the network lie, whether there are any or not."""
    return data_folder() / "comparisons" / fingerprint[:16]


def comparison_path(fingerprint: str, ref: UnitRef) -> Path:
    """The figures of one unit; its pictures lie in the folder of the same name without an ending.

    Two layers may share it where their names differ only in what no file's name may have: the file tells its layer.
    """
    layer = re.sub(r"[^\w.-]+", "_", ref.layer)
    return comparisons_folder(fingerprint) / f"compare-{layer}-{ref.unit}.json"
