"""The sub-commands as they are called, on a real atlas of the bundled network."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepvis_app.atlas import AtlasReader, AtlasWriter
from deepvis_app.messages import ModelChoice, ModelInfo, UnitRecord, UnitRef
from deepvis_app.models import load_model
from deepvis_app.render.pictures import read_picture
from precompute.__main__ import main
from precompute.publish.folder import MARKER
from tests.precompute.publish.test_grids import montage, nine
from tests.precompute.publish.test_import_2015 import save
from tests.precompute.publish.units import AM_RUN, pictures


@pytest.fixture(scope="module")
def network() -> ModelInfo:
    return load_model(ModelChoice("caffenet64", "random", "cpu")).info


@pytest.fixture
def atlas(tmp_path: Path, network: ModelInfo) -> Path:
    path = tmp_path / "small.atlas"
    with AtlasWriter(path, network.fingerprint, network.title) as writer:
        run = writer.begin(AM_RUN)
        for unit in (0, 1):
            writer.put(UnitRecord(UnitRef("conv1", unit), ("am",), pictures("am", unit, 2, AM_RUN)), run)
        writer.finish(run)
    return path


def call(command: str, *words: object, atlas: Path) -> int:
    common = ["--weights", "random", "--device", "cpu", "--atlas", str(atlas)]
    return main([command, *map(str, words), *common])


def test_export_and_gallery_fill_a_folder_and_tell_where(
    tmp_path: Path, atlas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command, made in (("export", "index.json"), ("gallery", "index.html")):
        out = tmp_path / command
        assert call(command, out, atlas=atlas) == 0
        assert (out / made).is_file()
        assert (out / MARKER).read_text().splitlines()[1] == "finished"
        assert capsys.readouterr().out.startswith("2 units, ")


def test_a_foreign_folder_is_refused_in_one_sentence(
    tmp_path: Path, atlas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_text("years")
    assert call("gallery", tmp_path / "mine", atlas=atlas) == 2
    assert "add --force" in capsys.readouterr().err
    assert call("gallery", tmp_path / "mine", "--force", atlas=atlas) == 0


def test_montage_writes_one_sheet(tmp_path: Path, atlas: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--layer", "conv1", "--units", "0-3", "--columns", "2", "--size", "20"]
    assert call("montage", *words, tmp_path / "sheet.png", atlas=atlas) == 0
    height, width = read_picture(tmp_path / "sheet.png").shape[:2]
    assert f"4 units, {width} x {height} pixels" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--layer", "conv*", "x.png"], "means several layers"),
        (["--layer", "conv1", "--kind", "top", "x.png"], "has no pictures of kind top; it has am"),
        (["--layer", "conv1", "--rank", "7", "x.png"], "no am pictures of rank 7 in conv1"),
        (["--layer", "conv2", "x.png"], "no am pictures of rank 0 in conv2"),
        (["--layer", "conv1", "x.gif"], "a .png or a .webp file"),
    ],
)
def test_a_montage_that_cannot_be_says_why(
    tmp_path: Path, atlas: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    *options, out = words
    assert call("montage", *options, tmp_path / out, atlas=atlas) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / out).exists()


def test_without_an_atlas_it_is_said_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("export", tmp_path / "out", atlas=tmp_path / "none.atlas") == 2
    assert "deepvis-precompute am or top" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_import_fills_the_atlas_and_tells_what_it_left_out(
    tmp_path: Path, network: ModelInfo, capsys: pytest.CaptureFixture[str]
) -> None:
    old, path = tmp_path / "old", tmp_path / "new.atlas"
    save(old, "max_im/conv1/conv1_0005.png", montage(nine(0, 11), 1, 2))
    assert call("import-2015", old, "--units", "4-5", atlas=path) == 0
    assert "skipped 1: conv1 unit 4: there is no top file" in capsys.readouterr().err
    with AtlasReader(path, network.fingerprint) as reader:
        unit = reader.unit(UnitRef("conv1", 5))
        assert [p.rank for p in unit.pictures["top"]] == list(range(9))
        assert unit.pictures["top"][0].run is not None
        assert unit.pictures["top"][0].run.job == "import-2015"
        assert reader.runs()[0].finished
