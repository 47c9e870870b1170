"""The painting child: newest picture wins, words reach it, and nothing of it is ever left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.jobs.paint_child import PaintChild
from deepvis_app.jobs.paint_report import LINE_LIMIT, Lines, PaintReport
from deepvis_app.jobs.painter import Painter
from deepvis_app.jobs.png import png_of
from deepvis_app.messages import Painting, UnitRef
from deepvis_app.render.pictures import decode_picture
from deepvis_app.render.strips import pictures_in
from tests.conftest import ROOT
from tests.jobs.painters import command, order, painter, until


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def pid_of(made: Painter) -> int:
    """Of the child, as soon as there is one."""
    child = made._child
    assert child is not None
    end = time.monotonic() + 20
    while child._process is None:
        assert time.monotonic() < end
        time.sleep(0.005)
    return child._process.pid


def colour(look: Painting, rank: int = 0) -> list[int]:
    return [int(level) for level in look.pictures[rank].rgb[0, 0]]


def test_pictures_come_with_their_facts_until_it_rests(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(order())
        look = until(made, lambda look: look.state == "resting")
        assert (look.step, look.total, look.percentile, colour(look)) == (5, 5, 95.0, [50, 0, 0])
        (picture,) = look.pictures
        assert (picture.kind, picture.rank, picture.score, picture.facts.activation) == (
            "painted",
            0,
            5.0,
            5.0,
        )
        assert picture.facts.seed == 7
        more = dict(picture.facts.more)
        assert more.pop("painted")
        assert more == {"method": "dgn-am", "generator": "dgn64-fc6", "step": 5}


def test_several_pictures_lie_side_by_side_and_the_strongest_is_known(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(order("--pictures", "4", second=9))
        look = until(made, lambda look: look.state == "resting")
        assert [colour(look, rank) for rank in range(4)] == [[50, 0, rank] for rank in range(4)]
        assert [picture.score for picture in look.pictures] == [5.0, 5.5, 6.0, 6.5]
        assert look.strongest == 3
        assert look.pictures[0].facts.more["with"] == "conv1:9"
        assert len({picture.facts.more["painted"] for picture in look.pictures}) == 4


@pytest.mark.parametrize("word", ["poke", "again"])
def test_a_word_sets_a_resting_one_to_work_again(tmp_path: Path, word: str) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(order())
        until(made, lambda look: look.state == "resting")
        made.say(word)
        assert until(made, lambda look: look.state == "painting").pictures
        assert colour(until(made, lambda look: look.state == "resting")) == [50, 1, 0]


def test_a_pause_holds_it_at_once_and_any_other_word_lets_it_go_on(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(order())
        until(made, lambda look: look.state == "painting")
        made.say("pause")
        held = until(made, lambda look: look.state == "paused")
        time.sleep(0.2)
        assert (made.take() or held).step < 5
        made.say("poke")
        assert colour(until(made, lambda look: look.state == "resting")) == [50, 3, 0]  # pause, go, poke


def test_a_png_of_ours_is_read_as_it_was() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (300, 224, 3), np.uint8)
    assert np.array_equal(decode_picture(png_of(rgb), "ours"), rgb)


def test_the_next_order_ends_the_one_before_and_only_its_looks_are_told(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(order())
        pid = pid_of(made)
        made.paint(order(unit=4))
        look = until(made, lambda look: look.state == "resting")
        assert look.order.ref == UnitRef("conv1", 4)
        assert not running(pid)
        assert made._leaving == []


@pytest.mark.parametrize("behaviour", ["good", "floods", "deaf", "garbage", "closes"])
def test_whatever_it_does_it_is_gone_when_it_is_to_end(tmp_path: Path, behaviour: str) -> None:
    with painter(tmp_path, behaviour) as made:
        made.paint(order())
        pid = pid_of(made)
        began = time.perf_counter()
        made.end()
        assert time.perf_counter() - began < 0.5
        assert made.take() is None
    assert not running(pid)


def test_ended_before_it_was_started_it_never_starts(tmp_path: Path) -> None:
    with painter(tmp_path, "deaf") as made:
        for unit in range(5):
            made.paint(order(unit=unit))
            made.end()


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("dies", "RuntimeError: the memory ran out (exit status 9)"),
        ("refuses", "There is no layer conv9."),
        ("silent", "It ended without saying why. (exit status 3)"),
    ],
)
def test_one_that_fails_says_why(tmp_path: Path, behaviour: str, sentence: str) -> None:
    with painter(tmp_path, behaviour) as made:
        made.paint(order())
        look = until(made, lambda look: look.over)
        assert (look.state, look.sentence) == ("failed", sentence)
        assert bool(look.pictures) == (behaviour == "dies")
        made.say("poke")  # nobody hears it
        assert made.take() is None


def test_what_cannot_be_started_says_so(tmp_path: Path) -> None:
    made = Painter(pictures_in, (str(tmp_path / "nothing"),), tmp_path)
    made.paint(order())
    look = until(made, lambda look: look.over)
    assert look.sentence.startswith("It could not be started: No such file or directory")
    assert made.stop()


def test_a_child_that_told_that_it_was_stopped_has_not_failed(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(order())
        until(made, lambda look: look.state == "resting")
        made.say("stop")
        assert until(made, lambda look: look.over).state == "stopped"


def test_of_a_flood_the_newest_are_shown_and_the_window_is_not_held_up(tmp_path: Path) -> None:
    with painter(tmp_path, "floods") as made:
        made.paint(order())
        seen: set[int] = set()
        longest = 0.0
        end = time.monotonic() + 30
        while len(seen) < 8:
            assert time.monotonic() < end
            began = time.thread_time()
            look = made.take()
            longest = max(longest, time.thread_time() - began)
            if look is not None and look.pictures:
                seen.add(look.step)
            time.sleep(0.015)
        assert longest < 0.005


def test_rubbish_is_passed_over_and_what_can_be_read_is_shown(tmp_path: Path) -> None:
    with painter(tmp_path, "garbage") as made:
        made.paint(order())
        look = until(made, lambda look: bool(look.pictures))
        assert [colour(look, rank) for rank in range(2)] == [[1, 2, 3], [4, 5, 6]]
        assert (look.step, look.total, look.percentile) == (0, 0, None)
        assert [(p.score, p.facts.activation, p.facts.seed) for p in look.pictures] == [(0.0, None, None)] * 2


def test_one_that_never_answers_is_still_starting(tmp_path: Path) -> None:
    with painter(tmp_path, "deaf") as made:
        made.paint(order())
        pid_of(made)
        for _ in range(20_000):  # more than a pipe holds
            made.say("poke")
        look = made.take()
        assert look is not None
        assert (look.state, look.pictures) == ("starting", ())


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_a_child_ends_when_the_window_is_killed(tmp_path: Path) -> None:
    """The window's end closes the pipe that the child reads."""
    code = (
        "import sys, time; from pathlib import Path; from tests.jobs.painters import order; "
        "from deepvis_app.jobs.painter import Painter; from deepvis_app.render.strips import pictures_in; "
        f"p = Painter(pictures_in, {command(tmp_path, 'good')!r}, Path({str(tmp_path)!r})); p.paint(order())\n"
        "while p._child._process is None: time.sleep(.01)\n"
        "print(p._child._process.pid, flush=True); time.sleep(60)"
    )
    window = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    pid = int(window.stdout.readline())
    assert running(pid)
    window.kill()
    window.wait()
    window.stdout.close()
    end = time.monotonic() + 20
    while running(pid) and not _is_zombie(pid):
        assert time.monotonic() < end
        time.sleep(0.02)


def _is_zombie(pid: int) -> bool:
    """Nobody waits for it any more; the system's first process will."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_lines_are_cut_whatever_the_pieces_and_a_long_one_is_thrown_away() -> None:
    text = b"one\n\ntwo\nthree"
    for size in (1, 2, 5, 100):
        lines, found = Lines(), []
        for start in range(0, len(text), size):
            found += lines.feed(text[start : start + size])
        assert found == [b"one", b"two"]
        assert lines.feed(b"\n") == [b"three"]
    lines = Lines()
    for _ in range(LINE_LIMIT // (1 << 20) + 2):
        assert lines.feed(b"x" * (1 << 20)) == []
    assert lines.feed(b"end\nfour\n") == [b"four"]


def test_a_pause_and_a_picture_from_two_threads_lose_neither() -> None:
    report = PaintReport(Painting(order(), state="painting"), pictures_in)
    report.hold(True)
    report.take([b'{"event": "note", "text": "slower"}'])
    assert (report.look.state, report.look.note) == ("paused", "slower")
    report.hold(False)
    assert report.look == replace(report.look, state="painting", note="slower")


def test_joining_a_child_twice_does_no_harm(tmp_path: Path) -> None:
    child = PaintChild(order(), command(tmp_path, "deaf"), tmp_path, pictures_in)
    assert child.join(10)
    assert child.join(1)
    assert child.gone
