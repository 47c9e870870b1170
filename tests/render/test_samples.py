"""The built-in photographs."""

from __future__ import annotations

import numpy as np
import pytest

from deepvis_app.render.samples import SAMPLES, sample


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_there_without_a_download(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr("socket.socket.connect", refuse)
    rgb = sample(name)
    assert rgb.dtype == np.uint8
    assert rgb.shape[2] == 3
    assert rgb.std() > 5
