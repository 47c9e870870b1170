"""The part of a unit's page that is known from beforehand: its sets of nine, each with what made it."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QImage, QPainter

from deepvis_app.messages import PICTURE_KINDS, UnitPicture, UnitPictures
from deepvis_app.session import View
from deepvis_app.session.pinning import session_top
from deepvis_app.ui.picture_words import made_by, score_text
from deepvis_app.ui.widgets.images import fitted, image_of
from deepvis_app.ui.widgets.picture_section import SIDE, side_for

_GAP, _TEXT_PX = 4, 15
_INK = QColor("#404040")


def known_of_unit(view: View) -> UnitPictures | None:
    """What the atlases know of the unit that the newest result shows; None when they tell of another one."""
    unit, state = view.result.unit if view.result is not None else None, view.state
    same = unit is not None and (unit.ref.layer, unit.ref.unit) == (state.layer, state.unit)
    return view.pictures if same else None


def sheets(view: View, side: int) -> dict[str, tuple[QImage, str]]:
    """By a name of its own, each set of pictures as an image at most `side` wide and high, and its caption."""
    known = known_of_unit(view)
    if known is None:
        return {}
    sets = {kind: known.pictures.get(kind, ()) for kind in PICTURE_KINDS}
    titles = {**PICTURE_KINDS, "now": "What excited it most in this session"}
    sets["now"] = session_top(view) or ()
    return {
        f"set-{kind}": (sheet(pictures, side), _caption(titles[kind], pictures))
        for kind, pictures in sets.items()
        if pictures
    }


def sheet(pictures: tuple[UnitPicture, ...], side: int) -> QImage:
    """The pictures at the places of their ranks, three by three, each with its score below; on white."""
    across = side_for(pictures)
    cell = (side - (across - 1) * _GAP) // across
    shown = [picture for picture in pictures if picture.rank < across * across]
    rows = 1 + max(picture.rank for picture in shown) // across
    page = QImage(side, rows * (cell + _GAP) - _GAP, QImage.Format.Format_RGB32)
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    font = painter.font()
    font.setPixelSize(_TEXT_PX)
    painter.setFont(font)
    painter.setPen(_INK)
    line = painter.fontMetrics().height()
    for picture in shown:
        row, column = divmod(picture.rank, across)
        place = QRect(column * (cell + _GAP), row * (cell + _GAP), cell, cell)
        image = fitted(image_of(picture.rgb), QSize(cell, cell - line))
        painter.drawImage(place.topLeft() + QPoint((cell - image.width()) // 2, 0), image)
        below = QRect(place.left(), place.top() + image.height(), cell, line)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter), score_text(picture))
    painter.end()
    return page


def _caption(title: str, pictures: tuple[UnitPicture, ...]) -> str:
    """What they are, how many of how many, which run made them from what."""
    places = SIDE * SIDE
    told = [f"{title}, {places} of {len(pictures)}" if len(pictures) > places else title]
    run = pictures[0].run
    if run is not None:
        told += [f"{made_by(run)}{f', {run.data}' if run.data else ''}"]
    return ". ".join(told)
