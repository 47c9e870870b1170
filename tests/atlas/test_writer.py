from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.atlas import AtlasReader, AtlasWriter
from deepvis_app.messages import PictureFacts, RunInfo, UnitPicture, UnitRecord, UnitRef
from tests.atlas.makers import NETWORK, RUN, STATS, TITLE, atlas, photo, pictures, record, sql

REF = UnitRef("conv1", 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "er" / "a.atlas"


def test_closing_leaves_one_file_that_needs_no_other(path: Path) -> None:
    atlas(path, record(0, "am"), record(1, "am"))
    assert [file.name for file in path.parent.iterdir()] == ["a.atlas"]
    assert path.read_bytes()[18:20] == b"\x01\x01"  # read and write versions: no write-ahead log


def test_the_file_says_what_it_is(path: Path) -> None:
    header = atlas(path).read_bytes()[:100]
    assert header[68:72] == b"DVUA"  # application id
    assert header[60:64] == b"\0\0\0\x03"  # user version


def test_a_run_is_numbered_and_taken_up_again_when_everything_that_matters_is_equal(path: Path) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        first = writer.begin(RUN)
        assert first.number == 1
        assert first.started != ""
        assert first.finished == ""
        other_words = replace(RUN, data="the same pictures under another name", versions={"torch": "9"})
        assert writer.begin(other_words).number == 1
        assert writer.begin(replace(RUN, seed=8)).number == 2
        assert writer.begin(replace(RUN, parameters={"steps": 201})).number == 3
        assert writer.begin(replace(RUN, data_hash="")).number == 4
        assert writer.begin(replace(RUN, job="top")).number == 5


def test_a_finished_run_says_so_until_it_is_begun_again(path: Path) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        run = writer.begin(RUN)
        writer.finish(run)
        with AtlasReader(path, NETWORK) as reader:
            assert reader.runs()[0].finished >= run.started
        assert writer.begin(RUN).finished == ""


def test_done_lists_what_this_run_made_or_tried_and_nobody_elses(path: Path) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        run, other = writer.begin(RUN), writer.begin(replace(RUN, seed=8))
        writer.put(record(1, "am", stats=True), run)
        writer.put(UnitRecord(UnitRef("conv1", 2), ("am",), note="no gradient"), run)
        writer.put(record(3, "am"), other)
        writer.put(record(4, "am", layer="conv2"), run)
        assert writer.done(run, "am", "conv1") == {1, 2}
        assert writer.done(run, "stats", "conv1") == {1}
        assert writer.done(run, "top", "conv1") == frozenset()
        writer.put(record(1, "am"), other)
        assert writer.done(run, "am", "conv1") == {2}


def test_a_record_replaces_all_ranks_of_its_kinds_and_nothing_else(path: Path) -> None:
    many = UnitRecord(REF, ("am", "top"), (*pictures("am", 5), *pictures("top", 3)), STATS)
    atlas(path, many, record(4, "am"), UnitRecord(REF, ("am",), pictures("am", 1, number=9)))
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(REF)
        assert [picture.facts.activation for picture in unit.pictures["am"]] == [9]
        assert len(unit.pictures["top"]) == 3
        assert unit.stats is not None
        assert len(reader.unit(UnitRef("conv1", 4)).pictures["am"]) == 2


def test_new_top_pictures_take_the_old_deconv_with_them(path: Path) -> None:
    atlas(path, record(3, "top", "deconv", "guided", "am"), record(3, "top", "deconv", number=5))
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(REF)
        assert set(unit.pictures) == {"top", "deconv", "am"}
        assert unit.pictures["deconv"][0].facts.activation == 5
        assert ("conv1", "guided") not in reader.counts()


def test_a_unit_that_gave_nothing_is_remembered_with_its_note(path: Path) -> None:
    atlas(path, record(3, "am"), UnitRecord(REF, ("am",), note="The gradient is zero."))
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(REF)
        assert unit.pictures == {}
        assert unit.notes == {"am": "The gradient is zero."}
        assert not reader.layer("conv1", 4, "am").have[3]


def test_all_facts_come_back(path: Path) -> None:
    facts = PictureFacts(
        -1.5, 99.25, 3, "val/n01.jpeg", (-3, 0, 8, 11), "goldfish", {"steps": [1, 2], "loss": "x"}
    )
    picture = UnitPicture("top", 0, photo(), 0.125, facts)
    atlas(path, UnitRecord(REF, ("top",), (picture,), STATS))
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(REF)
        (back,) = unit.pictures["top"]
        (run,) = reader.runs()
    assert back.facts == facts
    assert back.score == 0.125
    assert back.run == run
    assert replace(run, number=0, started="", finished="") == RUN
    assert unit.stats == replace(STATS, run=run)


def test_empty_facts_come_back_empty(path: Path) -> None:
    atlas(path, UnitRecord(REF, ("am",), (UnitPicture("am", 0, photo()),)))
    with AtlasReader(path, NETWORK) as reader:
        assert reader.unit(REF).pictures["am"][0].facts == PictureFacts()


def test_zero_is_not_taken_for_empty(path: Path) -> None:
    facts = PictureFacts(activation=0.0, percentile=0.0, seed=0)
    atlas(path, UnitRecord(REF, ("am",), (UnitPicture("am", 0, photo(), facts=facts),)))
    with AtlasReader(path, NETWORK) as reader:
        assert reader.unit(REF).pictures["am"][0].facts == facts


def test_a_picture_that_follows_another_comes_back_with_facts_that_are_stored_once(path: Path) -> None:
    facts = PictureFacts(2.5, 99.0, None, "val/cat.jpeg", (1, 2, 3, 4), "cat", {"place": [3, 4], "at": 1})
    explained = replace(facts, more={**facts.more, "method": "deconv"})
    otherwise = replace(facts, label="dog", more={"place": [9, 9], "at": 1})
    shorter = replace(facts, percentile=None)
    told = {("deconv", 0): explained, ("deconv", 1): otherwise, ("guided", 0): facts, ("guided", 1): shorter}
    of = {("top", 0): facts, ("top", 1): facts, **told}
    made = tuple(UnitPicture(kind, rank, photo(), facts=known) for (kind, rank), known in of.items())
    atlas(path, UnitRecord(REF, ("top", "deconv", "guided"), made))
    with AtlasReader(path, NETWORK) as reader:
        unit = reader.unit(REF)
    for (kind, rank), known in of.items():
        assert unit.pictures[kind][rank].facts == known, (kind, rank)
    stored = sql(path, "SELECT facts FROM pictures WHERE kind = 'deconv' ORDER BY rank")
    assert stored == [('{"=":1,"m":{"method":"deconv"}}',), ('{"=":1,"l":"dog","m":{"place":[9,9]}}',)]


def test_numbers_in_facts_keep_six_digits(path: Path) -> None:
    facts = PictureFacts(activation=15.470612525, more={"trace": [1 / 3, 2], "done": True})
    atlas(path, UnitRecord(REF, ("am",), (UnitPicture("am", 0, photo(), facts=facts),)))
    with AtlasReader(path, NETWORK) as reader:
        back = reader.unit(REF).pictures["am"][0].facts
    assert back == PictureFacts(activation=15.4706, more={"trace": [0.333333, 2], "done": True})


def test_numbers_of_numpy_are_stored_as_numbers(path: Path) -> None:
    facts = PictureFacts(activation=float(np.float32(2)), more={"n": np.int64(4), "share": np.float32(0.5)})
    ref = UnitRef("conv1", int(np.int64(3)))
    picture = UnitPicture("am", 0, photo(), float(np.float32(1)), facts)
    atlas(path, UnitRecord(UnitRef("conv1", np.int64(3)), ("am",), (picture,)))  # type: ignore[arg-type]
    assert sql(path, "SELECT DISTINCT typeof(unit) FROM made") == [("integer",)]
    with AtlasReader(path, NETWORK) as reader:
        assert reader.unit(ref).pictures["am"][0].facts.more == {"n": 4, "share": 0.5}


@pytest.mark.parametrize(
    "bad",
    [
        UnitRecord(REF, ("am",), (UnitPicture("top", 0, photo()),)),
        UnitRecord(REF, ("am",), (UnitPicture("am", 0, photo(), math.nan),)),
        UnitRecord(REF, ("am",), (UnitPicture("am", 0, photo(), facts=PictureFacts(activation=math.inf)),)),
        UnitRecord(REF, ("am",), stats=replace(STATS, mean=math.nan)),
    ],
    ids=["a kind that is not named", "score NaN", "activation infinite", "mean NaN"],
)
def test_a_record_that_makes_no_sense_is_refused_and_the_old_one_stays(path: Path, bad: UnitRecord) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        run = writer.begin(RUN)
        writer.put(record(3, "am"), run)
        with pytest.raises(ValueError, match=r"not name|finite|JSON"):
            writer.put(bad, run)
        with AtlasReader(path, NETWORK) as reader:
            assert len(reader.unit(REF).pictures["am"]) == 2


def test_two_pictures_of_one_rank_are_refused_and_the_old_ones_stay(path: Path) -> None:
    twice = (*pictures("am", 1), *pictures("am", 1))
    with AtlasWriter(path, NETWORK, TITLE) as writer:
        run = writer.begin(RUN)
        writer.put(record(3, "am"), run)
        with pytest.raises(ValueError, match="rank"):
            writer.put(UnitRecord(REF, ("am",), twice), run)
        with AtlasReader(path, NETWORK) as reader:
            assert len(reader.unit(REF).pictures["am"]) == 2


def test_a_run_without_a_number_is_refused(path: Path) -> None:
    with AtlasWriter(path, NETWORK, TITLE) as writer, pytest.raises(ValueError, match="begin"):
        writer.put(record(0, "am"), RunInfo("am", {}))
