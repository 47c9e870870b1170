"""Which priors of codes there are for PPGN: two by a word, and those trained, as far as their cards on disk tell."""

from __future__ import annotations

from deepvis_app.files import data_folder
from deepvis_app.jobs.cards import Card, cards

DEFAULT = "joint"  # of the commands that take one
_BY_WORD = (Card(DEFAULT, "Joint: the code of its picture"), Card("none", "None"))


def known_priors() -> tuple[Card, ...]:
    """Those that need no training first, then the trained ones by name."""
    found = cards("denoiser", (data_folder() / "priors",))
    words = {one.name for one in _BY_WORD}  # a trained one of such a name could not be named
    return *_BY_WORD, *(found[name] for name in sorted(found) if name not in words)
