from __future__ import annotations

import json
import zlib
from base64 import b64encode
from typing import Any

import numpy as np
import pytest

from precompute.synthesis.packing import packed, unpacked


@pytest.mark.parametrize("shape", [(1024,), (6, 4, 4)])
def test_a_code_comes_back_as_json_in_half_precision(shape: tuple[int, ...]) -> None:
    code = np.random.default_rng(0).normal(2, 3, shape).clip(0).astype(np.float32)
    back = unpacked(json.loads(json.dumps(packed(code))))
    assert back.shape == shape
    assert back.dtype == np.float32
    assert np.allclose(back, code, rtol=1e-3)


def test_a_code_behind_a_relu_takes_about_two_bytes_an_element() -> None:
    code = np.random.default_rng(0).normal(0, 3, 1024).clip(0).astype(np.float32)
    assert len(packed(code)["half"]) < 2048


BOMB = b64encode(zlib.compress(b"\0" * 10_000_000)).decode()


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"shape": [3], "half": "!!"},
        {"shape": [3], "half": b64encode(b"no zlib").decode()},
        {"shape": [3], "half": packed(np.zeros(2, np.float32))["half"]},
        {"shape": [-1, -3], "half": packed(np.zeros(3, np.float32))["half"]},
        {"shape": [1 << 40], "half": BOMB},
        {"shape": "x", "half": BOMB},
    ],
)
def test_what_is_no_code_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no packed code"):
        unpacked(bad)


def test_no_more_is_unpacked_than_the_shape_says() -> None:
    assert unpacked({"shape": [5], "half": BOMB}).tolist() == [0.0] * 5
