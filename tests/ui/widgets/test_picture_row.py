from __future__ import annotations

import pytest
from PyQt6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from deepvis_app.ui.widgets.picture_row import PictureRow
from tests.ui.fakes_atlas import some_pictures


@pytest.mark.parametrize(("width", "height"), [(200, 60), (90, 300), (700, 20), (700, 400)])
def test_square_places_side_by_side_lie_inside_and_begin_at_the_left(
    qtbot: QtBot, width: int, height: int
) -> None:
    row = PictureRow(lambda _: "", lambda _: "")
    qtbot.addWidget(row)
    row.resize(width, height)
    row.show()
    row.show_row(some_pictures("top", 4), 4)
    cells = row.cells()
    assert len(cells) == 4
    assert cells[0].left() == 0
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        assert cell.width() == pytest.approx(cell.height())
        assert row.rect().toRectF().contains(cell)
        assert after is None or after.left() > cell.right()
    assert [row.rank_at(cell.center()) for cell in cells] == [0, 1, 2, 3]
    assert row.rank_at(QPointF(width - 0.5, height - 0.5)) in (None, 3)
    row.grab()


def test_a_row_asks_for_the_height_of_its_pictures_and_not_for_more(qtbot: QtBot) -> None:
    row = PictureRow(lambda _: "", lambda _: "")
    qtbot.addWidget(row)
    row.show_row(some_pictures("top", 4), 4)
    row.resize(203, 500)
    row.show()
    assert row.sizeHint().height() == pytest.approx((203 - 1 - 9) / 4 + 1, abs=1)
    row.resize(5000, 500)
    assert row.sizeHint().height() <= 6 * row.fontMetrics().height() + 1
