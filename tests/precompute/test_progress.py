from __future__ import annotations

import io
import json
import time

import pytest

from precompute.progress import JsonLines, progress_of


def lines(file: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.getvalue().splitlines()]


def test_json_lines_tell_start_progress_note_and_end() -> None:
    file = io.StringIO()
    told = JsonLines("am", file)
    told.start(2, "units", "conv1", done=0)
    told.advance(1, "conv1:0")
    told.note("a file is damaged")
    time.sleep(0.05)
    told.advance(1, "conv1:1")
    told.end("done", "2 units made")
    start, first, note, last, end = lines(file)
    assert start == {"event": "start", "job": "am", "what": "conv1", "total": 2, "unit": "units", "done": 0}
    assert (first["done"], first["total"], first["where"]) == (1, 2, "conv1:0")
    assert note == {"event": "note", "text": "a file is damaged"}
    assert last["done"] == 2
    assert last["eta_s"] == 0
    assert isinstance(last["rate"], float)
    assert 0 < last["rate"] <= 2 / 0.05
    assert end == {"event": "end", "status": "done", "text": "2 units made"}


def test_many_quick_pieces_give_few_lines_but_always_the_last() -> None:
    file = io.StringIO()
    told = JsonLines("top", file)
    told.start(5000, "images", "scan")
    for _ in range(5000):
        told.advance()
    assert len(lines(file)) < 50
    assert lines(file)[-1]["done"] == 5000


def test_what_earlier_runs_did_does_not_count_for_the_rate() -> None:
    file = io.StringIO()
    told = JsonLines("top", file)
    told.start(1001, "images", "scan", done=1000)
    time.sleep(0.05)
    told.advance()
    rate = lines(file)[-1]["rate"]
    assert isinstance(rate, float)
    assert rate < 1 / 0.04


def test_the_bar_shows_rate_and_where_and_ends_with_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    told = progress_of("bar", "top")
    told.start(3, "images", "scan")
    told.advance(3, "cat.jpg")
    told.note("dog.jpg is damaged")
    told.end("done", "3 images seen.")
    captured = capsys.readouterr()
    assert captured.out == "3 images seen.\n"
    assert "top: scan" in captured.err
    assert "3/3" in captured.err
    assert "dog.jpg is damaged" in captured.err
