from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from deepvis_app.pauses import settle


class Ring:
    """Only a collection finds it when nobody holds it any more."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_garbage_goes_and_what_is_alive_is_left_out_of_later_collections() -> None:
    garbage, alive = Ring(), Ring()
    gone, kept = weakref.ref(garbage), weakref.ref(alive)
    del garbage
    settle()
    assert gone() is None
    assert gc.get_freeze_count() > 10_000
    del alive
    gc.collect()
    assert kept() is not None


def test_what_was_left_out_is_looked_at_once_more_the_next_time() -> None:
    alive = Ring()
    kept = weakref.ref(alive)
    settle()
    del alive
    settle()
    assert kept() is None
