"""Shared fixtures. Everything Qt runs offscreen unless a test starts a process of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).parent.parent


@pytest.fixture
def shared_data() -> Path:
    """Real data beside the project; tests that need it are skipped, with that reason, where it is absent."""
    folder = Path(os.environ.get("DEEPVIS_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real test data not found at {folder} (set DEEPVIS_TEST_DATA)")
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """User folders of every test are its own, so that no test reads or writes the developer's."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DEEPVIS_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """A test that leaves one of our threads behind fails."""
    yield
    left = [t.name for t in threading.enumerate() if t.name.startswith("deepvis")]
    assert not left, f"threads left running: {left} (stop the worker at the end of the test)"
