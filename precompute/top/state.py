"""What a scan has found so far, and its file, from which a broken-off scan goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch

from deepvis_app.files import atomic_write, cache_folder
from deepvis_app.messages import LayerInfo
from deepvis_app.models import LoadedModel
from precompute.datasets import DIGEST, ImageSet
from precompute.top.tally import Tally

FORMAT = 1
_KEPT_FILES = 6  # of other scans; the oldest go
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

    def skipped_in_words(self) -> str:
        """Empty when every image counted."""
        parts = [f"{self.unreadable} unreadable"] if self.unreadable else []
        parts += [f"{self.duplicates} duplicates"] if self.duplicates else []
        return f"skipped: {', '.join(parts)}" if parts else ""


def scan_key(model: LoadedModel, layers: Sequence[LayerInfo], images: ImageSet, n: int) -> str:
    """Of everything that decides about a scan's result."""
    parts = (FORMAT, model.info.fingerprint, model.preprocess, [layer.name for layer in layers], n)
    return sha256(f"{parts} {images.signature()}".encode()).hexdigest()


def state_file(key: str) -> Path:
    return cache_folder() / "scans" / f"{key[:32]}.npz"


def save(state: ScanState, key: str) -> None:
    """Write the state's file whole or not at all. Raises OSError."""
    facts = {
        "key": key,
        "next": state.next,
        "unreadable": state.unreadable,
        "duplicates": state.duplicates,
        "named": state.named,
    }
    arrays = {name: tensor.numpy() for name, tensor in state.tally.arrays().items()}
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    arrays["digests"] = np.frombuffer(bytes(state.digests), np.uint8)
    path = state_file(key)
    with atomic_write(path) as file:
        np.savez(file, allow_pickle=False, **arrays)
    _drop_old(path)


def load(key: str, units: int, n: int, device: torch.device) -> ScanState | None:
    """The state of the scan with that key, or None where there is no whole one."""
    path = state_file(key)
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        facts = json.loads(arrays.pop("facts").tobytes())
        digests = bytearray(arrays.pop("digests").tobytes())
        tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
        state = ScanState(
            Tally.from_arrays(tensors, units, n, device),
            facts["next"],
            digests,
            facts["unreadable"],
            facts["duplicates"],
            list(facts["named"]),
        )
    except Exception:  # noqa: BLE001 (whatever a damaged file leads to: the scan is made anew)
        return None
    path.touch()
    whole = facts["key"] == key and len(digests) == state.next * DIGEST
    return state if whole else None


def _drop_old(newest: Path) -> None:
    """States are large, and can be made again."""
    others = [path for path in newest.parent.glob("*.npz") if path != newest]
    others.sort(key=lambda path: path.stat().st_mtime)
    for path in others[: max(len(others) - _KEPT_FILES, 0)]:
        path.unlink(missing_ok=True)
