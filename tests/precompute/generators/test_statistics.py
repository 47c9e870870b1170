from __future__ import annotations

from pathlib import Path

import pytest
import torch

from precompute.generators.statistics import STATISTICS, set_statistics
from precompute.generators.store import GeneratorError
from precompute.generators.topology import AnyGenerator


def test_what_is_known_on_average_gives_the_published_bounds() -> None:
    generator = AnyGenerator((4096,), 256)
    set_statistics(generator, "fc6")
    assert generator.code_mean.unique().tolist() == pytest.approx([1.13])
    assert generator.upper_bound()[0].item() == pytest.approx(
        12.35, abs=0.01
    )  # 11.85 in the cut file, plus half
    set_statistics(generator, "")
    assert generator.upper_bound().unique().tolist() == [3.0]


def test_a_bounds_file_gives_every_element_its_own_bound(tmp_path: Path) -> None:
    path = tmp_path / "fc6.txt"
    path.write_text("3 12 17 0\n")
    generator = AnyGenerator((2, 2, 1), 256)
    set_statistics(generator, "fc6", path)
    assert torch.allclose(generator.upper_bound().flatten(), torch.tensor([3.0, 12, 17, 0]))
    assert generator.code_mean.flatten().tolist() == pytest.approx([1.13, 1.13, 1.13, 0])
    assert float(generator.code_std.min()) >= 0


def test_every_layer_of_a_published_generator_is_known() -> None:
    from precompute.generators.published import PUBLISHED

    assert STATISTICS.keys() == PUBLISHED.keys()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 2 3", "has 3 bounds, but the code has 4 elements"),
        ("1 2 3 x", "is no bounds file"),
        ("1 2 3 nan", "bounds that are no numbers"),
        ("é", "is no bounds file"),
        (None, "Cannot read the bounds"),
    ],
)
def test_wrong_bounds_are_one_sentence(tmp_path: Path, text: str | None, sentence: str) -> None:
    path = tmp_path / "fc6.txt"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(GeneratorError, match=sentence):
        set_statistics(AnyGenerator((4,), 256), "fc6", path)
