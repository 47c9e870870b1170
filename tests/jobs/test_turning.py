"""A painting child is turned to another unit without being started anew."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import numpy as np

from deepvis_app.jobs.paint_report import PaintReport
from deepvis_app.jobs.painter import Painter
from deepvis_app.jobs.png import png_of
from deepvis_app.messages import U8, Painting, UnitRef
from deepvis_app.render.strips import pictures_in
from tests.jobs.painters import painter, turnable, until


def picture_line(rgb: U8, more: str = "") -> bytes:
    return b'{"event": "picture", "step": 1, "values": [1], "count": 1, "png": "%s"%s}' % (
        b64encode(png_of(rgb)),
        more.encode(),
    )


def green(look: Painting) -> int:
    return int(look.pictures[0].rgb[0, 0, 1])


def rested(made: Painter) -> list[Painting]:
    """The looks until it rests, of which at least one shows a picture."""
    seen: list[Painting] = []

    def last(look: Painting) -> bool:
        seen.append(look)
        return look.state == "resting"

    until(made, last)
    assert seen[-1].pictures
    return seen


def test_another_unit_is_painted_by_the_child_that_is_there(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(turnable(3))
        rested(made)
        child = made._child
        made.paint(turnable(4))
        first = made.take()
        assert first == Painting(turnable(4), "painting", began=first.began if first else 0.0)
        looks = rested(made)
        assert made._child is child
        assert {look.order.ref for look in looks} == {UnitRef("conv1", 4)}
        assert {green(look) for look in looks if look.pictures} == {
            1
        }  # the word unit; never the old one's 200


def test_only_what_changes_is_said_and_a_paused_one_goes_on(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(turnable(3))
        until(made, lambda look: look.state == "painting")
        made.say("pause")
        made.paint(turnable(4, "am"))
        looks = rested(made)
        assert green(looks[-1]) == 4  # pause, go, method, unit
        assert looks[-1].pictures[0].facts.more["method"] == "am"


def test_turned_to_and_fro_before_it_has_started_it_paints_the_last(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        for unit in (3, 4, 3, 4, 3):
            made.paint(turnable(unit))
        looks = rested(made)
        assert looks[0].state == "starting"
        assert looks[-1].order.ref.unit == 3
        assert {green(look) for look in looks if look.pictures} == {4}


def test_another_generator_needs_another_child(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(turnable(3))
        rested(made)
        child = made._child
        made.paint(turnable(3, generator="mine"))
        assert made._child is not child
        assert green(rested(made)[-1]) == 0


def test_the_same_order_once_more_is_a_child_of_its_own(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(turnable(3))
        rested(made)
        child = made._child
        made.paint(turnable(3))
        assert made._child is not child


def test_a_unit_that_the_child_refuses_has_failed_with_its_sentence(tmp_path: Path) -> None:
    with painter(tmp_path, "good") as made:
        made.paint(turnable(3))
        rested(made)
        made.paint(turnable(99))
        look = until(made, lambda look: look.over)
        assert (look.state, look.sentence, look.pictures) == ("failed", "There is no unit 99.", ())
        child = made._child
        made.paint(turnable(4))
        assert made._child is not child
        rested(made)


def test_a_child_that_dies_on_the_way_has_failed(tmp_path: Path) -> None:
    with painter(tmp_path, "dies") as made:
        made.paint(turnable(3))
        made.paint(turnable(4))
        look = until(made, lambda look: look.over)
        assert (look.state, look.order.ref.unit, look.pictures) == ("failed", 4, ())


def test_a_picture_that_is_read_while_it_is_turned_is_not_shown_as_the_new_ones() -> None:
    order = turnable(4)

    def decode(data: bytes, count: int) -> tuple[U8, ...]:
        report.turn(order, range(1, 2))
        return pictures_in(data, count)

    report = PaintReport(Painting(turnable(3)), decode)
    report.take([picture_line(np.zeros((4, 4, 3), np.uint8))])
    assert report.look == Painting(order, "starting")


def test_of_a_whole_picture_what_the_unit_sees_is_shown_and_the_rest_is_there() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    report = PaintReport(Painting(turnable(3)), pictures_in)
    report.take([picture_line(rgb, ', "field": [1, 2, 4, 8]')])
    (picture,) = report.look.pictures
    assert picture.whole is not None
    assert np.array_equal(picture.whole, rgb)
    assert np.array_equal(picture.rgb, rgb[1:4, 2:8])
    assert picture.facts.more["field"] == [1, 2, 4, 8]
    assert not picture.rgb.flags.writeable


def test_a_field_that_does_not_lie_in_the_picture_is_none() -> None:
    rgb = np.zeros((6, 8, 3), np.uint8)
    for field in (
        "[1, 2, 7, 8]",
        "[2, 2, 2, 8]",
        "[-1, 0, 4, 4]",
        "[1, 2, 3]",
        "[0.0, 0, 4, 4]",
        "true",
        "[[], 1, 2, 3]",
    ):
        report = PaintReport(Painting(turnable(3)), pictures_in)
        report.take([picture_line(rgb, f', "field": {field}')])
        (picture,) = report.look.pictures
        assert (picture.whole, picture.rgb.shape, "field" in picture.facts.more) == (None, (6, 8, 3), False)


def test_what_it_holds_of_the_facts_goes_with_a_new_start() -> None:
    report = PaintReport(Painting(turnable(3)), pictures_in)
    report.take([b'{"event": "start", "total": 3, "generator": "g", "seed": 1}'])
    report.turn(replace(turnable(3), method="am"), range(1, 2))
    report.take(
        [
            b'{"event": "start", "total": 3, "seed": 1, "heard": 1}',
            picture_line(np.zeros((4, 4, 3), np.uint8)),
        ]
    )
    assert "generator" not in report.look.pictures[0].facts.more
