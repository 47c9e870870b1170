"""Which generators there are for DGN-AM, as far as their cards on disk tell: nothing of them is loaded."""

from __future__ import annotations

from deepvis_app.files import assets_folder, data_folder
from deepvis_app.jobs.cards import Card, cards

DEFAULT = "dgn64-fc6"  # of the commands that paint by a generator
_PUBLISHED = "deepsim-*.json"  # what is on record of the installed ones of others


def known_generators() -> tuple[Card, ...]:
    """The bundled, the trained and the installed ones, by name; the default first, also where it is not there."""
    found = cards("generator", (assets_folder() / "models", data_folder() / "generators"))
    for path in (data_folder() / "models").glob(_PUBLISHED):
        found.setdefault(path.stem, Card(path.stem, f"{path.stem} (published, for CaffeNet)"))
    first = found.pop(DEFAULT, Card(DEFAULT, DEFAULT))
    return first, *(found[name] for name in sorted(found))


def generator_for(fingerprint: str) -> str:
    """The name of a generator that reads the codes of this very network; the default where there is none."""
    known = known_generators()
    own = (one.name for one in known if one.fingerprint == fingerprint)
    return next(own, DEFAULT) if fingerprint else DEFAULT
