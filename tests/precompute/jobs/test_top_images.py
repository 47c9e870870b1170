"""The command as a person runs it, on a small network of a user's own file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from deepvis_app.atlas import AtlasReader, AtlasWriter, integrity, user_path
from deepvis_app.messages import ModelChoice, UnitRef
from deepvis_app.models import load_model
from precompute.__main__ import main
from tests.conftest import ROOT
from tests.precompute.top.nets import fill

NET = """
import sys
sys.path.insert(0, {root!r})
from tests.precompute.top.nets import small_net


def model():
    return small_net()


preprocess = {{"input_size": (20, 24)}}
"""


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "net.py"
    path.write_text(NET.format(root=str(ROOT)))
    return f"file:{path}"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return fill(tmp_path / "pictures", 11)


def atlas_of(model: str) -> tuple[Path, str]:
    fingerprint = load_model(ModelChoice(model)).info.fingerprint
    return user_path(fingerprint), fingerprint


def top(model: str, pictures: Path, *more: str) -> int:
    return main(["top", "--model", model, "--images", str(pictures), "--device", "cpu", "-n", "3", *more])


def test_every_unit_gets_its_best_patches_their_deconv_and_statistics(
    model: str, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert top(model, pictures) == 0
    path, fingerprint = atlas_of(model)
    assert "units made" in capsys.readouterr().out
    with AtlasReader(path, fingerprint) as reader:
        (run,) = reader.runs()
        assert (run.job, run.data, bool(run.finished)) == ("top", "pictures, 11 images", True)
        assert len(run.data_hash) == 64
        unit = reader.unit(UnitRef("0", 2))
    assert {kind: len(found) for kind, found in unit.pictures.items()} == {"top": 3, "deconv": 3}
    assert unit.stats is not None
    assert unit.stats.count == 11
    assert integrity(path) == []


def test_one_unit_first_and_its_layer_later_are_one_run_and_one_scan(
    model: str, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert top(model, pictures, "--layers", "0", "--units", "2") == 0
    assert top(model, pictures, "--layers", "0") == 0
    assert "3 units made, 1 were there before" in capsys.readouterr().out
    path, fingerprint = atlas_of(model)
    with AtlasReader(path, fingerprint) as reader:
        assert len(reader.runs()) == 1


def test_a_run_without_pictures_tells_the_images_name_and_no_place(
    model: str, pictures: Path, tmp_path: Path
) -> None:
    with ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in pictures.rglob("*.*"):
            archive.write(file, f"set/val/{file.name}")
    assert top(model, tmp_path / "set.zip" / "set" / "val", "--stats-only") == 0
    path, fingerprint = atlas_of(model)
    with AtlasReader(path, fingerprint) as reader:
        (run,) = reader.runs()
    assert (run.parameters["images"], run.data) == ("set.zip, val", "set.zip, val, 11 images")
    assert str(tmp_path) not in str(run)


def test_statistics_alone_can_be_stored_and_then_kept(model: str, pictures: Path, tmp_path: Path) -> None:
    assert top(model, pictures, "--stats-only") == 0
    path, fingerprint = atlas_of(model)
    with AtlasReader(path, fingerprint) as reader:
        assert {kind for _, kind in reader.counts()} == {"stats"}
        before = reader.stats("0")[1]
    assert top(model, fill(tmp_path / "others", 4, first=50), "--keep-stats", "--guided", "--lrp") == 0
    with AtlasReader(path, fingerprint) as reader:
        unit = reader.unit(UnitRef("0", 1))
    assert unit.stats is not None
    assert (unit.stats.count, unit.stats.mean) == (11, before.mean)
    best = unit.pictures["top"][0].facts
    assert best.activation is not None
    assert best.percentile == pytest.approx(before.percentile(best.activation), abs=1e-3)
    assert set(unit.pictures) == {"top", "deconv", "guided", "lrp"}


@pytest.mark.parametrize(
    ("words", "count", "told"),
    [([], 11, True), (["--replace-stats"], 4, False), (["--keep-stats"], 11, False)],
)
def test_statistics_of_more_images_stay_unless_they_are_to_be_replaced(
    words: list[str],
    count: int,
    told: bool,
    model: str,
    pictures: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert top(model, pictures, "--layers", "0") == 0
    capsys.readouterr()
    few = fill(tmp_path / "others", 4, first=50)
    assert top(model, few, "--layers", "0", *words) == 0
    path, fingerprint = atlas_of(model)
    with AtlasReader(path, fingerprint) as reader:
        stats = reader.stats("0")
        unit = reader.unit(UnitRef("0", 1))
    assert [stats[k].count for k in range(4)] == [count] * 4
    best = unit.pictures["top"][0].facts
    assert best.activation is not None
    assert best.percentile == pytest.approx(stats[1].percentile(best.activation), abs=1e-3)
    said = "The statistics of 4 units are of more images than these 4 and stay; --replace-stats stores these."
    assert (said in capsys.readouterr().err) == told


def test_statistics_of_fewer_images_are_replaced_also_where_they_lie_below(
    model: str, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = fill(tmp_path / "others", 4, first=50)
    assert top(model, few, "--layers", "0") == 0
    assert top(model, pictures, "--layers", "0") == 0
    assert "--replace-stats" not in capsys.readouterr().err
    path, fingerprint = atlas_of(model)
    with AtlasReader(path, fingerprint) as reader:
        assert reader.stats("0")[2].count == 11


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--layers", "cnv1"], 2, "nearest are"),
        (["--layers", "0", "--units", "4"], 2, "units 0 to 3"),
        (["--model", "resnet999"], 2, "There is no model resnet999"),
        (["--device", "cuda:77"], 2, "cannot be used"),
    ],
)
def test_wrong_words_are_one_sentence(
    words: list[str], status: int, told: str, model: str, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert top(model, pictures, *words) == status
    lines = capsys.readouterr().err.strip().splitlines()
    assert told in lines[-1]
    assert lines[-1].startswith("deepvis-precompute top: ")


def test_the_atlas_of_another_network_is_refused_before_anything_is_computed(
    model: str, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = tmp_path / "foreign.atlas"
    with AtlasWriter(foreign, "a" * 64, "Another net"):
        pass
    assert top(model, pictures, "--atlas", str(foreign)) == 2
    told = capsys.readouterr().err
    assert "belongs to another network (Another net)" in told
    assert "scanning" not in told


def test_a_second_job_on_one_atlas_is_refused_with_the_firsts_number(
    model: str, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, fingerprint = atlas_of(model)
    holding = (
        "import sys, pathlib\nfrom deepvis_app.atlas import AtlasWriter\n"
        f"with AtlasWriter(pathlib.Path({str(path)!r}), {fingerprint!r}, 'small'):\n"
        "    print('held', flush=True)\n    sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert top(model, pictures) == 1
        assert str(other.pid) in capsys.readouterr().err
        other.communicate(b"\n")
    assert top(model, pictures) == 0


def test_a_folder_of_nothing_but_damaged_files_is_said_and_leaves_what_is_there(
    model: str, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert top(model, pictures, "--layers", "0") == 0
    folder = tmp_path / "bad"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.jpg").write_bytes(b"\xff\xd8\xff" + bytes(number))
    assert top(model, folder, "--layers", "0") == 2
    assert "None of the 3 images can be read: 0.jpg is" in capsys.readouterr().err
    path, fingerprint = atlas_of(model)
    with AtlasReader(path, fingerprint) as reader:
        assert len(reader.unit(UnitRef("0", 0)).pictures["top"]) == 3


def test_files_with_names_that_lead_nowhere_are_skipped(
    model: str, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pictures / "link.png").symlink_to(pictures / "nowhere.png")
    assert top(model, pictures, "--layers", "0", "--progress", "jsonl") == 0
    assert "link.png cannot be read: No such file" in capsys.readouterr().out


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_gives_the_same(model: str, pictures: Path, tmp_path: Path) -> None:
    """The process is killed after growing times, until one run comes through."""
    words = [sys.executable, "-m", "precompute", "top", "--model", model, "--images", str(pictures)]
    words += ["-n", "3", "--device", "cpu", "--batch", "2", "--workers", "0"]

    def job_of(home: str) -> subprocess.Popen[bytes]:
        # One batch size and one thread in both: another order of the sums changes the last digits.
        environment = {**os.environ, "DEEPVIS_HOME": str(tmp_path / home), "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)

    with job_of("whole") as job:
        assert job.wait(120) == 0
    for attempt in range(40):
        with job_of("killed") as job:
            try:
                job.wait(2 + 0.15 * attempt)
                break
            except subprocess.TimeoutExpired:
                job.kill()
    assert job.returncode == 0
    (path,) = (tmp_path / "whole").rglob("*.atlas")
    (other,) = (tmp_path / "killed").rglob("*.atlas")
    assert integrity(other) == []
    fingerprint = load_model(ModelChoice(model)).info.fingerprint
    with AtlasReader(path, fingerprint) as one, AtlasReader(other, fingerprint) as two:
        for ref in one.refs():
            a, b = one.unit(ref), two.unit(ref)
            assert [p.facts for k in a.pictures for p in a.pictures[k]] == [
                p.facts for k in b.pictures for p in b.pictures[k]
            ]
            assert a.stats is not None
            assert b.stats is not None
            assert a.stats.quantiles == b.stats.quantiles
