from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PyQt6.QtGui import QColor, QPaintEvent, QRegion, QWheelEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvis_app.messages import U8
from deepvis_app.render.palettes import BACKGROUND, PALETTES
from deepvis_app.ui.widgets.image_view import ImageView
from tests.ui.mouse import RIGHT, click, double_click, drag, hover

GRAY = PALETTES["gray"]


@pytest.fixture
def view(qtbot: QtBot) -> ImageView:
    made = ImageView()
    qtbot.addWidget(made)
    made.resize(200, 100)
    made.show()
    return made


def colour(view: ImageView, x: int, y: int) -> tuple[int, int, int]:
    pixel = view.grab().toImage().pixelColor(x, y)
    return pixel.red(), pixel.green(), pixel.blue()


def steps(height: int = 10, width: int = 20) -> U8:
    return (np.arange(height * width) % 256).astype(np.uint8).reshape(height, width)


def wheel(view: ImageView, notches: int, modifier: Qt.KeyboardModifier) -> None:
    where = QPointF(100, 50)
    event = QWheelEvent(where, view.mapToGlobal(where), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
                        modifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def test_numbers_are_shown_in_the_colours_of_the_table(view: ImageView) -> None:
    numbers = steps()
    view.set_numbers(numbers, GRAY)
    for y, x in ((0, 3), (5, 11), (9, 19)):
        assert colour(view, x * 10 + 5, y * 10 + 5) == tuple(GRAY[numbers[y, x]].tolist())


def test_enlarged_pixels_stay_sharp(view: ImageView) -> None:
    view.set_numbers(np.array([[1, 255]], np.uint8), GRAY)
    assert colour(view, 98, 50) == (0, 0, 0)
    assert colour(view, 102, 50) == (255, 255, 255)


def test_colour_pictures_are_shown_as_they_are(view: ImageView) -> None:
    rgb = np.zeros((10, 20, 3), np.uint8)
    rgb[3, 4] = (10, 200, 30)
    view.set_rgb(rgb)
    assert colour(view, 45, 35) == (10, 200, 30)


def test_beside_the_picture_and_without_one_there_is_the_dark_ground(view: ImageView) -> None:
    view.set_rgb(np.full((10, 10, 3), 255, np.uint8))
    assert colour(view, 10, 50) == BACKGROUND
    view.clear_picture()
    assert colour(view, 100, 50) == BACKGROUND
    assert view.picture_size == (0, 0)


def test_clearing_paints_over_all_of_the_picture(view: ImageView, qtbot: QtBot) -> None:
    painted = QRegion()

    class Painting(QObject):
        def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:
            nonlocal painted
            if isinstance(event, QPaintEvent):
                painted = painted.united(event.region())
            return False

    view.set_rgb(np.full((10, 10, 3), 255, np.uint8))
    qtbot.wait(50)
    watcher = Painting()
    view.viewport().installEventFilter(watcher)
    view.clear_picture()
    qtbot.wait(50)
    assert painted.contains(QRect(50, 0, 100, 100))
    assert painted.boundingRect() == view.viewport().rect()


def test_mirroring_changes_the_picture_but_not_its_coordinates(view: ImageView, qtbot: QtBot) -> None:
    rgb = np.zeros((10, 20, 3), np.uint8)
    rgb[:, 0] = 255
    view.set_rgb(rgb)
    view.set_mirrored(True)
    assert colour(view, 195, 50) == (255, 255, 255)
    with qtbot.waitSignal(view.clicked) as heard:
        click(view.viewport(), 195, 55)
    assert (int(heard.args[0]), int(heard.args[1])) == (5, 0)


def test_a_click_and_the_mouse_tell_picture_coordinates(view: ImageView, qtbot: QtBot) -> None:
    view.set_numbers(steps(), GRAY)
    with qtbot.waitSignal(view.clicked) as heard:
        click(view.viewport(), 123, 45, RIGHT)
    assert heard.args == [pytest.approx(4.5), pytest.approx(12.3), Qt.MouseButton.RightButton]
    heard_at: list[object] = []
    view.hovered.connect(heard_at.append)
    hover(view.viewport(), 55, 25)
    assert heard_at[-1] == (pytest.approx(2.5), pytest.approx(5.5))


def test_a_click_beside_the_picture_is_no_click(view: ImageView, qtbot: QtBot) -> None:
    view.set_rgb(np.zeros((10, 10, 3), np.uint8))
    with qtbot.assertNotEmitted(view.clicked):
        click(view.viewport(), 5, 50)


def test_control_and_wheel_zoom_and_a_double_click_fits_again(view: ImageView, qtbot: QtBot) -> None:
    view.set_numbers(steps(), GRAY)
    wheel(view, 2, Qt.KeyboardModifier.ControlModifier)
    assert view.scale_now == pytest.approx(10 * 1.25**2)
    double_click(view.viewport(), 50, 50)
    assert view.scale_now == pytest.approx(10)


def test_the_wheel_scrolls_a_high_picture_fitted_to_the_width(view: ImageView) -> None:
    view.set_fit("width")
    view.set_numbers(steps(100, 20), GRAY)
    assert view.to_screen(0, 0).y() == 0
    wheel(view, -1, Qt.KeyboardModifier.NoModifier)
    assert view.to_screen(0, 0).y() == pytest.approx(-60)


def test_dragging_moves_the_picture_and_is_no_click(view: ImageView, qtbot: QtBot) -> None:
    view.set_numbers(steps(), GRAY)
    view.zoom_by(4, QPointF(100, 50))
    before = view.to_screen(5, 10)
    with qtbot.assertNotEmitted(view.clicked):
        drag(view.viewport(), (100, 50), (130, 50))
    assert view.to_screen(5, 10).x() == pytest.approx(before.x() + 30)


def test_a_picture_of_another_size_is_fitted_and_one_of_the_same_size_keeps_the_zoom(view: ImageView) -> None:
    view.set_numbers(steps(), GRAY)
    view.zoom_by(2, QPointF(0, 0))
    view.set_numbers(steps()[::-1].copy(), GRAY)
    assert view.scale_now == pytest.approx(20)
    view.set_numbers(steps(50, 100), GRAY)
    assert view.scale_now == pytest.approx(2)


def test_a_mark_is_drawn_at_its_box_and_can_be_taken_away(view: ImageView) -> None:
    view.set_numbers(np.full((10, 20), 128, np.uint8), GRAY)
    view.set_mark("box", (2, 4, 6, 9), QColor(255, 0, 0), 3)
    assert colour(view, 40, 40) == (255, 0, 0)
    view.set_mark("box", None)
    assert colour(view, 40, 40) == tuple(GRAY[128].tolist())
    assert view.mark("box") is None


def test_a_cover_lies_over_its_box_only(view: ImageView) -> None:
    view.set_rgb(np.full((10, 20, 3), 100, np.uint8))
    view.set_cover(np.full((2, 2, 4), (255, 0, 0, 255), np.uint8), (0, 0, 10, 10))
    assert colour(view, 50, 50) == (255, 0, 0)
    assert colour(view, 150, 50) == (100, 100, 100)
    view.set_cover(None)
    assert colour(view, 50, 50) == (100, 100, 100)


def test_pieces_are_drawn_in_their_boxes(view: ImageView) -> None:
    white, black = np.full((2, 2), 255, np.uint8), np.full((3, 3), 1, np.uint8)
    view.set_pieces([(white, (0, 0, 10, 10)), (black, (0, 10, 10, 20))], GRAY, (10, 20))
    assert colour(view, 50, 50) == (255, 255, 255)
    assert colour(view, 150, 50) == (0, 0, 0)
    view.set_pieces([(black, (0, 0, 10, 20))], GRAY, (10, 20))
    assert colour(view, 50, 50) == colour(view, 150, 50) == (0, 0, 0)


def test_a_dimmed_picture_is_darker(view: ImageView) -> None:
    view.set_rgb(np.full((10, 20, 3), 255, np.uint8))
    view.set_dimmed(True)
    assert max(colour(view, 50, 50)) < 150


def test_the_message_has_a_button_that_acts_and_lets_clicks_through_elsewhere(
    view: ImageView, qtbot: QtBot
) -> None:
    view.set_numbers(steps(), GRAY)
    pressed: list[str] = []
    view.message.say("It failed.", "Retry", lambda: pressed.append("again"))
    click(view.message.button, 5, 5)
    assert pressed == ["again"]
    assert view.message.text == "It failed."
    view.message.say("")
    assert view.message.text == ""
    assert view.message.isHidden()


def test_messages_fit_into_small_panes(view: ImageView) -> None:
    view.message.say("A long sentence that says what is wrong and what to do about it, at some length.")
    assert view.rect().adjusted(-1, -1, 1, 1).contains(view.message.geometry().intersected(view.rect()))
    assert view.message.width() <= view.width()


def test_the_view_takes_neither_the_keyboard_nor_drops(view: ImageView) -> None:
    assert view.focusPolicy() == Qt.FocusPolicy.NoFocus
    assert not view.acceptDrops()
    assert not view.viewport().acceptDrops()
