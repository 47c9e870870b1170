"""Measures on held-out pictures, code statistics and sheets, against slow loops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from precompute.generators.report import BATCH, code_statistics, measure
from precompute.generators.sheet import GAP, sheet, write_sheet
from precompute.generators.topology import Generator, Topology, initialise
from tests.precompute.generators.small import CODE, encoder, pictures


@pytest.fixture
def generator() -> Generator:
    torch.manual_seed(0)
    made = Generator(Topology((CODE,), hidden=16)).eval()
    initialise(made, *code_statistics(encoder(), pictures(6)))
    return made


def test_measures_agree_with_a_loop_over_single_pictures(
    generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precompute.generators.report.BATCH", 6)
    real = pictures(6)
    one = encoder()
    quality = measure(generator, one, real)
    cosines, squares, same = [], [], 0
    with torch.no_grad():
        for picture in real:
            x = picture[None].float() / 255
            code = one(x).code[0]
            y = (generator(code[None]).clamp(0, 1) * 255).round() / 255
            again = one(y).code[0]
            cosines.append(float(code @ again / code.norm() / again.norm()))
            squares.append(float(((x - y) ** 2).mean()))
            same += int(one.classified(x)[1] == one.classified(y)[1])
    assert quality.cosine == pytest.approx(np.mean(cosines), rel=2e-3)  # a value may round the other way
    assert quality.image_error == pytest.approx(np.mean(squares) ** 0.5, rel=2e-3)
    assert quality.agreement == pytest.approx(same / 6)
    assert set(quality.feature_error) == {"pool1", "pool2"}


def test_code_statistics_are_those_of_all_codes_at_once() -> None:
    some = pictures(BATCH + 20)
    one = encoder()
    codes = one(some.float() / 255).code
    mean, deviation = code_statistics(one, some)
    assert torch.allclose(mean, codes.mean(0), atol=1e-5)
    assert torch.allclose(deviation, codes.std(0, correction=0), atol=1e-4)


def test_a_sheet_has_real_pictures_above_and_painted_ones_below() -> None:
    real = np.full((14, 8, 8, 3), 10, np.uint8)
    painted = np.full((14, 8, 8, 3), 200, np.uint8)
    whole = sheet(real, painted)
    enlarge = whole.shape[1] // (12 * (8 + GAP))
    small = whole[::enlarge, ::enlarge]
    assert small.shape[0] == 2 * (2 * (8 + GAP) + GAP)
    assert small[3, 3].tolist() == [10, 10, 10]
    assert small[8 + GAP + 3, 3].tolist() == [200, 200, 200]
    second = 2 * (8 + GAP) + GAP
    assert small[second + 3, 8 + GAP + 3, 0] == 10
    assert small[second + 3, 2 * (8 + GAP) + 3, 0] == 255


def test_a_sheet_is_written_as_a_picture(generator: Generator, tmp_path: Path) -> None:
    write_sheet(tmp_path / "new" / "s.png", generator, encoder(), pictures(2))
    with Image.open(tmp_path / "new" / "s.png") as picture:
        assert picture.size[0] > picture.size[1] * 0.9
