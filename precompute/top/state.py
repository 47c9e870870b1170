"""What a scan has found so far, and its file, from which a broken-off scan goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import torch

from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from precompute.datasets import DIGEST, ImageSet
from precompute.kept import Array, keep, kept
from precompute.top.tally import Tally

FORMAT = 2
FOLDER = "scans"
_NAMED = 20  # files that could not be read and duplicates that are named; all are counted


@dataclass
class ScanState:
    """The tally of the images before number `next`; `digests` are theirs, DIGEST bytes each.

    `unreadable` and `duplicates` are counts, `named` sentences about the first of them.
    """

    tally: Tally
    next: int = 0
    digests: bytearray = field(default_factory=bytearray)
    unreadable: int = 0
    duplicates: int = 0
    named: list[str] = field(default_factory=list)

    def name(self, sentence: str) -> bool:
        """Keep the sentence if not too many are; whether it was."""
        if len(self.named) < _NAMED:
            self.named.append(sentence)
            return True
        return False

    def digest(self, image: int) -> bytes:
        return bytes(self.digests[image * DIGEST : (image + 1) * DIGEST])

    @property
    def counted(self) -> int:
        """How many images were not skipped."""
        return self.next - self.unreadable - self.duplicates

    def skipped_in_words(self) -> str:
        """Empty when every image counted."""
        parts = [f"{self.unreadable} unreadable"] if self.unreadable else []
        parts += [f"{self.duplicates} duplicates"] if self.duplicates else []
        return f"skipped: {', '.join(parts)}" if parts else ""


def scan_key(model: LoadedModel, layers: Sequence[LayerInfo], images: ImageSet, n: int) -> str:
    """Of everything that decides about a scan's result."""
    parts = (FORMAT, model.info.fingerprint, model.preprocess, [layer.name for layer in layers], n)
    return sha256(f"{parts} {images.signature()}".encode()).hexdigest()


def save(state: ScanState, key: str) -> None:
    """Write the state's file whole or not at all. Raises OSError."""
    facts = {
        "next": state.next,
        "unreadable": state.unreadable,
        "duplicates": state.duplicates,
        "named": state.named,
    }
    arrays: dict[str, Array] = {name: tensor.numpy() for name, tensor in state.tally.arrays().items()}
    keep(FOLDER, key, facts, arrays | {"digests": np.frombuffer(bytes(state.digests), np.uint8)})


def load(key: str, units: int, n: int, device: torch.device) -> ScanState | None:
    """The state of the scan with that key, or None where there is no whole one."""
    found = kept(FOLDER, key)
    if found is None:
        return None
    facts, arrays = found
    try:
        digests = bytearray(arrays.pop("digests").tobytes())
        tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
        tally = Tally.from_arrays(tensors, units, n, device)
        state = ScanState(
            tally, facts["next"], digests, facts["unreadable"], facts["duplicates"], list(facts["named"])
        )
    except (KeyError, ValueError, TypeError):
        return None
    return state if len(digests) == state.next * DIGEST else None
