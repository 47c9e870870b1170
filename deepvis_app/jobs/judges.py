"""Which networks can be asked what they see in a picture, as far as files on disk tell: nothing is loaded."""

from __future__ import annotations

from deepvis_app.files import assets_folder, data_folder
from deepvis_app.jobs.generators import known_generators


def known_judges(but: str) -> tuple[str, ...]:
    """The names of the installed and the bundled networks, without the one that is looked at."""
    bundled = (assets_folder() / "models").glob("*.safetensors")
    installed = (data_folder() / "models").glob("*.json")  # a record for each
    names = {path.stem for path in (*bundled, *installed)}
    return tuple(sorted(names - {one.name for one in known_generators()} - {but}))
