"""What computations keep: whole or not at all, and not more than was said."""

from __future__ import annotations

import numpy as np

from precompute.kept import keep, kept, kept_file

KEYS = [f"{k:032x}" * 2 for k in range(9)]


def test_what_is_kept_comes_back_and_only_under_its_own_key() -> None:
    keep("study", KEYS[0], {"rows": [1, 2]}, {"pictures": np.arange(6)})
    found = kept("study", KEYS[0])
    assert found is not None
    assert found[0] == {"rows": [1, 2]}
    assert found[1]["pictures"].tolist() == list(range(6))
    assert kept("study", KEYS[1]) is None
    kept_file("study", KEYS[0]).write_bytes(b"damaged")
    assert kept("study", KEYS[0]) is None


def test_the_oldest_files_go_when_there_are_more_than_wanted() -> None:
    for key in KEYS:
        keep("study", key, {}, {"a": np.zeros(1)}, most=20)
    assert len(list(kept_file("study", KEYS[0]).parent.glob("*.npz"))) == 9
    keep("study", KEYS[8], {}, {"a": np.ones(1)}, most=3)
    assert len(list(kept_file("study", KEYS[0]).parent.glob("*.npz"))) == 3
    assert kept("study", KEYS[8]) is not None
