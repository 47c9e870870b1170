"""`merge` and `compact` as a person runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepvis_app.atlas import AtlasReader, integrity
from precompute.__main__ import main
from tests.atlas.makers import NETWORK, OTHER_NETWORK, atlas, record


def test_merge_makes_one_atlas_of_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = atlas(tmp_path / "a.atlas", record(0, "am"))
    second = atlas(tmp_path / "b.atlas", record(1, "am"), record(0, "top", stats=True))
    out = tmp_path / "both.atlas"
    assert main(["merge", str(out), str(first), str(second)]) == 0
    assert "both.atlas: 0." in capsys.readouterr().out
    with AtlasReader(out, NETWORK) as reader:
        assert reader.counts() == {("conv1", "am"): 2, ("conv1", "top"): 1, ("conv1", "stats"): 1}
    assert integrity(out) == []


def test_compact_makes_a_copy(tmp_path: Path) -> None:
    first = atlas(tmp_path / "a.atlas", record(0, "am"))
    assert main(["compact", str(first), str(tmp_path / "small.atlas")]) == 0
    assert integrity(tmp_path / "small.atlas") == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["merge", "out.atlas", "a.atlas", "foreign.atlas"], "foreign.atlas belongs to another network"),
        (["merge", "out.atlas", "none.atlas"], "There is no atlas none.atlas"),
        (["merge", "a.atlas", "a.atlas"], "The file a.atlas exists already"),
        (["compact", "a.atlas", "a.atlas"], "The file a.atlas exists already"),
        (["compact", "none.atlas", "out.atlas"], "There is no atlas none.atlas"),
    ],
)
def test_what_cannot_be_joined_or_copied_is_one_sentence_and_leaves_no_file(
    words: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    atlas(Path("a.atlas"), record(0, "am"))
    atlas(Path("foreign.atlas"), record(0, "am"), network=OTHER_NETWORK)
    assert main(words) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"deepvis-precompute {words[0]}: ")
    assert sentence in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.atlas", "foreign.atlas"]


def test_breaking_off_is_status_130_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("deepvis_app.atlas.compact", interrupted)
    assert main(["compact", "a", str(tmp_path / "b")]) == 130
    assert "deepvis-precompute compact: Broken off." in capsys.readouterr().err
