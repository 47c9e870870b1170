from __future__ import annotations

import io
import json
import math
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from precompute.painting.telling import Look, Teller

RED, BLUE = (np.full((4, 6, 3), colour, np.uint8) for colour in ((200, 0, 0), (0, 0, 200)))


def test_pictures_are_one_png_side_by_side_with_their_values() -> None:
    file = io.StringIO()
    Teller(file).picture(Look(3, 20, (RED, BLUE), (1.234567, math.nan), 0, 99.1234, (5.0, 6.0)))
    event = json.loads(file.getvalue())
    png = b64decode(event.pop("png"))
    assert event == {
        "event": "picture", "step": 3, "total": 20, "value": 1.2346, "percentile": 99.12,
        "values": [1.2346, None], "others": [5.0, 6.0], "count": 2,
    }  # fmt: skip
    assert np.array_equal(np.array(Image.open(io.BytesIO(png))), np.concatenate([RED, BLUE], 1))


def test_where_the_unit_sees_a_part_its_field_is_told() -> None:
    file = io.StringIO()
    Teller(file).picture(Look(3, 20, (RED,), (1.0,), 0, None, field=(1, 2, 3, 5)))
    assert json.loads(file.getvalue())["field"] == [1, 2, 3, 5]


def test_pictures_are_due_ten_times_a_second_and_at_once_after_a_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr("precompute.painting.telling.time.monotonic", lambda: now[0])
    teller = Teller(io.StringIO())
    look = Look(1, 2, (RED,), (0.0,), 0, None)

    def due_at(moment: float) -> bool:
        now[0] = moment
        return teller.due

    assert due_at(100.0)
    teller.picture(look)
    assert not due_at(100.09)
    assert due_at(100.11)
    teller.picture(look)
    assert not due_at(100.12)
    teller.start(2, "fc8:1")
    assert due_at(100.12)


def test_every_line_is_ascii_and_names_its_event() -> None:
    file = io.StringIO()
    teller = Teller(file)
    teller.start(200, "fc8:12 (ä)", generator="dgn", preset="dgn", seed=4)
    teller.note("Größe\nzwei Zeilen")
    teller.resting()
    teller.end("done", "Painted.")
    lines = file.getvalue().splitlines()
    assert all(line.isascii() for line in lines)
    assert [json.loads(line)["event"] for line in lines] == ["start", "note", "resting", "end"]
    assert json.loads(lines[0]) == {
        "event": "start", "job": "paint", "total": 200, "unit": "steps", "what": "fc8:12 (ä)",
        "generator": "dgn", "preset": "dgn", "seed": 4,
    }  # fmt: skip
