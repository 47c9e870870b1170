"""The command that makes the bundled atlas."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepvis_app.atlas import AtlasWriter, integrity
from precompute import bundling
from precompute.jobs import JOBS
from precompute.jobs.base import Job


def ran(monkeypatch: pytest.MonkeyPatch, *codes: int) -> list[list[str]]:
    """Replace the running of jobs; the list fills with their words. Their exit statuses are `codes`, then 0."""
    said: list[list[str]] = []

    def execute(job: Job, words: list[str]) -> int:
        said.append([job.name, *words])
        return codes[len(said) - 1] if len(said) <= len(codes) else 0

    monkeypatch.setattr(bundling, "execute", execute)
    return said


def test_numbers_of_tiny_imagenet_patches_of_photographs_then_preferred_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said, work = ran(monkeypatch), tmp_path / "work.atlas"
    with AtlasWriter(work, "f" * 64, "toy"):
        pass
    words = ["t.zip/val", "--work", str(work), "--assets", str(tmp_path)]
    assert bundling.main(words) == 0
    assert [line[0] for line in said] == ["top", "top", "am", "am"]
    assert said[0][1:4] == ["--images", "t.zip/val", "--stats-only"]
    assert said[1][1:4] == ["--images", "photographs", "--keep-stats"]
    assert all(line[line.index("--atlas") + 1] == str(work) for line in said)
    made = tmp_path / "atlas" / "caffenet64.atlas"
    assert integrity(made) == []
    assert bundling.main(words) == 0  # what is there already is replaced
    assert "caffenet64.atlas: 0." in capsys.readouterr().out


def test_the_old_bundled_atlas_stays_where_the_new_one_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(monkeypatch)
    old = tmp_path / "atlas" / "caffenet64.atlas"
    old.parent.mkdir()
    old.write_bytes(b"old")
    assert bundling.main(["v", "--work", str(tmp_path / "nothing.atlas"), "--assets", str(tmp_path)]) == 1
    assert old.read_bytes() == b"old"


def test_a_job_that_does_not_end_well_ends_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ran(monkeypatch, 0, 130)
    assert bundling.main(["v", "--work", str(tmp_path / "w.atlas"), "--assets", str(tmp_path)]) == 130
    assert len(said) == 2
    assert not (tmp_path / "atlas").exists()


def test_the_words_are_ones_that_the_jobs_take(tmp_path: Path) -> None:
    from precompute.options import Parser, add_common

    options = bundling._parser().parse_args(["v"])
    for name, *words in bundling.commands(options):
        parser = Parser()
        add_common(parser)
        JOBS[name].add_arguments(parser)
        assert parser.parse_args(words).atlas == options.work
