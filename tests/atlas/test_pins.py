from __future__ import annotations

from dataclasses import replace
from time import monotonic, sleep

import numpy as np

from deepvis_app.atlas import AtlasReader, AtlasWriter, Shelf, user_path
from deepvis_app.atlas.pins import MAX_PINS, WAYS, PinDesk, carry_out
from deepvis_app.messages import KEPT_KINDS, PictureFacts, PinOrder, RunInfo, UnitPicture, UnitRecord, UnitRef

PRINT = "ab" * 32
REF = UnitRef("conv5", 13)


def order(number: int, keep: bool = True, score: float | None = None) -> PinOrder:
    rgb = np.random.default_rng(number).integers(0, 256, (99, 99, 3), np.uint8)
    value = float(number) if score is None else score
    more = {"seen": f"2026-01-01T00:00:{number:02}.000+00:00", "frame": number}
    picture = UnitPicture(
        "session", 0, rgb, value, PictureFacts(activation=value, source="camera", more=more)
    )
    return PinOrder(PRINT, "toy", REF, "conv5:13", picture, keep)


def held() -> tuple[UnitPicture, ...]:
    with AtlasReader(user_path(PRINT), PRINT) as reader:
        return reader.unit(REF).pictures.get("session", ())


def test_pins_come_back_unchanged_best_first_however_many_follow() -> None:
    orders = [order(number) for number in (4, 7, 2)]
    assert [carry_out(one) for one in orders] == ["Pinned to conv5:13."] * 3
    for rank, (picture, one) in enumerate(zip(held(), (orders[1], orders[0], orders[2]), strict=True)):
        assert np.array_equal(picture.rgb, one.picture.rgb)
        assert (picture.rank, picture.score, picture.facts) == (rank, one.picture.score, one.picture.facts)
        assert picture.run is not None
        assert (picture.run.job, picture.run.number) == ("session", 1)


def test_the_window_sees_a_pin_with_its_next_question() -> None:
    shelf = Shelf(PRINT)
    before, version = shelf.unit(REF), shelf.version()
    carry_out(order(1))
    assert shelf.version() != version
    seen = shelf.unit(REF).pictures["session"]
    assert "session" not in before.pictures
    assert [picture.facts.more["frame"] for picture in seen] == [1]


def test_a_picture_is_pinned_once_and_can_be_taken_out() -> None:
    for number in (1, 2, 1):
        carry_out(order(number))
    assert [picture.score for picture in held()] == [2, 1]
    assert carry_out(order(2, keep=False)) == "No longer pinned to conv5:13."
    assert [picture.score for picture in held()] == [1]
    carry_out(order(1, keep=False))
    assert held() == ()


def test_there_is_room_for_nine_and_the_tenth_is_refused() -> None:
    for number in range(MAX_PINS):
        carry_out(order(number))
    assert carry_out(order(30)) == "conv5:13 has 9 pinned pictures already: take one out first."
    assert len(held()) == MAX_PINS
    assert carry_out(order(3)) == "Pinned to conv5:13."  # it is there already


def test_pinning_leaves_the_other_kinds_alone() -> None:
    top = replace(order(1).picture, kind="top")
    with AtlasWriter(user_path(PRINT), PRINT, "toy") as writer:
        writer.put(UnitRecord(REF, ("top",), (top,)), writer.begin(RunInfo("top", {})))
    carry_out(order(2))
    with AtlasReader(user_path(PRINT), PRINT) as reader:
        assert sorted(reader.unit(REF).pictures) == ["session", "top"]


def test_while_a_job_writes_the_atlas_the_person_is_told_so_and_nothing_is_lost() -> None:
    carry_out(order(1))
    with AtlasWriter(user_path(PRINT), PRINT, "toy"):
        told = carry_out(order(2))
    assert told.startswith("Nothing was pinned. The atlas")
    assert "is being written by process" in told
    assert [picture.score for picture in held()] == [1]


def test_the_desk_carries_out_every_order_and_tells_each() -> None:
    desk = PinDesk()
    desk.start()
    for number in range(4):
        desk.put(order(number))
    told: list[str] = []
    end = monotonic() + 10
    while len(told) < 4 and monotonic() < end:
        if sentence := desk.take():
            told.append(sentence)
        sleep(0.005)
    assert desk.stop()
    assert told == ["Pinned to conv5:13."] * 4
    assert len(held()) == 4


def test_the_desk_waits_for_a_job_that_is_just_ending() -> None:
    desk = PinDesk()
    with AtlasWriter(user_path(PRINT), PRINT, "toy"):
        desk.start()
        desk.put(order(1))
        sleep(0.2)
        assert desk.take() is None
    end = monotonic() + 10
    while not (told := desk.take()) and monotonic() < end:
        sleep(0.01)
    desk.stop()
    assert told == "Pinned to conv5:13."


def test_orders_given_just_before_the_end_are_still_carried_out() -> None:
    desk = PinDesk()  # not even started
    desk.put(order(1))
    assert desk.stop()
    assert len(held()) == 1


def test_painted_pictures_are_kept_beside_the_pinned_ones_with_their_facts() -> None:
    facts = PictureFacts(
        7.5, 98.0, seed=3, more={"painted": "t 0", "method": "dgn-am", "generator": "dgn64-fc6", "step": 40}
    )
    rgb = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    painted = replace(order(1), picture=UnitPicture("painted", 4, rgb, 7.5, facts))
    carry_out(order(1))
    assert carry_out(painted) == "Kept for conv5:13."
    with AtlasReader(user_path(PRINT), PRINT) as reader:
        found = reader.unit(REF).pictures
    assert sorted(found) == ["painted", "session"]
    (kept,) = found["painted"]
    assert np.array_equal(kept.rgb, rgb)
    assert (kept.rank, kept.facts) == (0, facts)
    assert kept.run is not None
    assert (kept.run.job, kept.run.data) == ("paint", "painted in the window")
    assert carry_out(replace(painted, keep=False)) == "No longer kept for conv5:13."
    assert len(held()) == 1


def test_a_painted_picture_is_kept_with_all_of_it_and_what_the_unit_sees() -> None:
    whole = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    facts = PictureFacts(7.5, more={"painted": "t 0", "field": [8, 4, 40, 36]})
    picture = UnitPicture("painted", 0, whole[8:40, 4:36].copy(), 7.5, facts, whole=whole)
    carry_out(replace(order(1), picture=picture))
    with AtlasReader(user_path(PRINT), PRINT) as reader:
        (kept,) = reader.unit(REF).pictures["painted"]
    assert kept.whole is not None
    assert np.array_equal(kept.whole, whole)
    assert np.array_equal(kept.rgb, picture.rgb)


def test_every_kind_that_is_kept_one_by_one_has_its_way() -> None:
    assert WAYS.keys() == KEPT_KINDS.keys()
