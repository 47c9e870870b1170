"""Pictures of labels: palette, grey and coloured ones, their sizes, and how far two agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.render.pictures import PictureError
from precompute.synthesis.labelling import ANYTHING, agreement, classes_of, drawn, fitted_labels, read_labels

LABELS = np.array([[0, 0, 2], [1, 2, ANYTHING]], np.uint8)
COLOURS = np.array([[10, 20, 30], [255, 0, 0], [0, 255, 0]], np.uint8)


def test_numbers_are_those_of_a_palette_or_of_grey_values(tmp_path: Path) -> None:
    Image.fromarray(LABELS).save(tmp_path / "grey.png")
    palette = Image.fromarray(LABELS).convert("P")
    palette.putdata(LABELS.ravel().tolist())
    palette.putpalette([7, 8, 9] * 256)
    palette.save(tmp_path / "palette.png")
    for name in ("grey", "palette"):
        np.testing.assert_array_equal(read_labels(tmp_path / f"{name}.png"), LABELS)


def test_colours_are_named_by_a_legend_and_others_refused(tmp_path: Path) -> None:
    file = tmp_path / "colours.png"
    Image.fromarray(COLOURS[[[0, 1], [2, 1]]]).save(file)
    legend = {(10, 20, 30): 5, (255, 0, 0): 0, (0, 255, 0): 7}
    assert read_labels(file, legend).tolist() == [[5, 0], [7, 0]]
    with pytest.raises(PictureError, match="neither a grey nor a palette picture"):
        read_labels(file)
    del legend[(0, 255, 0)]
    with pytest.raises(PictureError, match="has the colour #00ff00, which the --legend does not name"):
        read_labels(file, legend)
    with pytest.raises(PictureError, match=r"nothing\.png does not exist"):
        read_labels(tmp_path / "nothing.png")


def test_another_size_has_no_new_labels() -> None:
    large = fitted_labels(LABELS, (4, 6))
    np.testing.assert_array_equal(large, LABELS.repeat(2, 0).repeat(2, 1))
    assert classes_of(large) == [0, 1, 2]


def test_every_label_is_drawn_in_its_own_colour() -> None:
    colours = drawn(np.arange(256, dtype=np.uint8)[None])[0]
    assert colours.shape == (256, 3)
    assert len({tuple(colour) for colour in colours[:30].tolist()}) == 30
    assert colours[ANYTHING].tolist() == [255] * 3


def test_agreement_is_counted_pixel_by_pixel_where_something_is_wanted() -> None:
    found = np.array([[0, 1, 2], [1, 0, 1]], np.uint8)
    wanted = [(0, 0), (0, 1), (2, 2), (1, 1), (2, 0)]  # (wanted, found) but for ANYTHING
    overlaps = []
    for label in (0, 1, 2):
        both = sum(one == other == label for one, other in wanted)
        either = sum(label in pair for pair in wanted)
        overlaps.append(both / either)
    right, overlap = agreement(found, LABELS)
    assert right == pytest.approx(sum(one == other for one, other in wanted) / 5)
    assert overlap == pytest.approx(sum(overlaps) / 3)
    assert agreement(LABELS, LABELS) == (1.0, 1.0)
