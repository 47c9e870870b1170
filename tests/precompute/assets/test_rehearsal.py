"""`build-assets --rehearse`: the whole chain, by the commands themselves, on next to no data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.atlas import AtlasReader
from precompute.assets import build, steps


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_rehearsal_makes_everything_from_nothing_by_the_real_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--dataset", str(tiny_imagenet(tmp_path, classes=3, each=8)), "--rehearse", "--device", "cpu"]
    words += ["--assets", str(tmp_path / "assets"), "--work", str(tmp_path / "work")]
    monkeypatch.setenv("DEEPVIS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert build.main(words) == 0
    assets = tmp_path / "assets"
    report = json.loads((assets / "build.json").read_text())["steps"]
    assert [name for name, entry in report.items() if entry["finished"]] == [*steps.BY_NAME, "atlas"]
    card = json.loads((assets / "models" / "dgn64-fc6.json").read_text())
    assert card["pictures_seen"] >= steps.REHEARSAL.pictures
    with AtlasReader(assets / "atlas" / "caffenet64.atlas", card["encoder"]["fingerprint"]) as reader:
        counts = reader.counts()
        assert counts["fc8", "dgn-am"] == counts["conv3", "dgn-am"] == 2
        assert counts["conv3", "am"] == counts["fc6", "am"] == 2
        assert counts["fc6", "stats"] == 1024
    assert build.main([*words, "--only", "am"]) == 0
    assert json.loads((assets / "build.json").read_text())["steps"] == report  # nothing was made again


def tiny_imagenet(place: Path, classes: int, each: int) -> Path:
    """Noise in the official layout."""
    root, dice = place / "noise" / "tiny-imagenet-200", np.random.default_rng(0)
    names = [f"n{number:08}" for number in range(classes)]
    (root / "val" / "images").mkdir(parents=True)
    (root / "wnids.txt").write_text("".join(f"{name}\n" for name in names))
    (root / "words.txt").write_text("".join(f"{name}\tclass {name}\n" for name in names))
    lines = []
    for number, name in enumerate(names):
        folder = root / "train" / name / "images"
        folder.mkdir(parents=True)
        for which in range(each):
            picture = Image.fromarray(dice.integers(0, 255, (64, 64, 3), np.uint8))
            picture.save(folder / f"{name}_{which}.png")
            picture.save(root / "val" / "images" / f"val_{number}_{which}.png")
            lines.append(f"val_{number}_{which}.png\t{name}\t0\t0\t62\t62\n")
    (root / "val" / "val_annotations.txt").write_text("".join(lines))
    return root.parent
