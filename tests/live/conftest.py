"""A running capture thread and an MJPEG server, ended after the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deepvis_app.live.capture import Capture
from tests.live.helpers import Inbox, MjpegServer


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def capture(inbox: Inbox) -> Iterator[Capture]:
    running = Capture(inbox.put, retry_seconds=0.05)
    running.start()
    yield running
    assert running.stop()


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    running = MjpegServer()
    yield running
    running.close()
