"""What is trained for a layer's codes: how it is called, and that it takes no other's place."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.options import DEFAULT_MODEL, OptionError
from precompute.places import check_folder

if TYPE_CHECKING:
    from precompute.generators.encoder import Encoder


def own_name(first: str, encoder: Encoder, layer: str) -> str:
    """FIRST-LAYER for the bundled network; for any other its name stands before the layer."""
    own = [] if encoder.model == DEFAULT_MODEL else [encoder.title]
    return re.sub(r"[^\w.+-]+", "-", "-".join([first, *own, layer]))  # Caffe's layers have slashes


def check_places(folder: Path, name: str, what: str, encoder: Encoder, checkpoint: Path) -> None:
    """Whether the results can be written, and would not replace what is something else. Raises OptionError."""
    try:
        card = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        card = None
    of = card.get("encoder") if isinstance(card, dict) else None
    if isinstance(of, dict) and [of.get("fingerprint"), of.get("layer")] != encoder.identity()[:2]:
        raise OptionError(
            f"{folder / name}.safetensors is a {what} of another network or layer: name this one with --name."
        )
    check_folder(folder)
    check_folder(checkpoint.parent)
