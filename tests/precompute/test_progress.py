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


def test_a_part_of_the_first_piece_gives_a_time_left() -> None:
    file = io.StringIO()
    told = JsonLines("am", file)
    told.start(10, "units", "conv1")
    time.sleep(0.25)
    told.partly(0.5, "step 128")
    last = lines(file)[-1]
    assert (last["done"], last["where"]) == (0, "step 128")
    assert isinstance(last["eta_s"], float)
    assert last["eta_s"] == pytest.approx(9.5 * 0.25 / 0.5, rel=0.3)


def test_pieces_that_were_counted_in_parts_are_not_counted_twice() -> None:
    file = io.StringIO()
    told = JsonLines("am", file)
    told.start(4, "units", "conv1")
    time.sleep(0.25)
    told.partly(4.0)
    first = lines(file)[-1]
    for _ in range(4):
        told.advance()
    last = lines(file)[-1]
    assert (first["done"], last["done"]) == (0, 4)
    assert (first["eta_s"], last["eta_s"]) == (0, 0)
    assert float(str(last["rate"])) <= 4 / 0.25


def test_the_bar_goes_on_by_parts_and_ends_with_whole_pieces(capsys: pytest.CaptureFixture[str]) -> None:
    told = progress_of("bar", "am")
    told.start(3, "units", "conv1")
    told.partly(1.26, "step 7")
    time.sleep(0.15)
    told.partly(2.5, "step 9")
    told.advance(3, "conv1:2")
    told.end("done", "3 units made.")
    err = capsys.readouterr().err
    assert "2.5/3" in err
    assert "3/3" in err
    assert "3.0/3" not in err


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
