"""One page about the selected unit: what it sees now and what is known of it, in pictures and numbers."""

from __future__ import annotations

from datetime import datetime
from html import escape

from PyQt6.QtCore import QRectF, QSize, Qt, QUrl
from PyQt6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QImage,
    QPainter,
    QPalette,
    QPen,
    QTextDocument,
)

from deepvis_app.messages import U8, ModelInfo, Result, UnitView
from deepvis_app.render.palettes import PALETTES, coloured
from deepvis_app.render.views import VIEWS
from deepvis_app.session import View
from deepvis_app.ui.report_pictures import known_of_unit, sheets
from deepvis_app.ui.unit_words import passed_on, standing_of
from deepvis_app.ui.widgets.images import fitted, image_of

WIDTH = 1240  # A4 at 150 dots an inch
_MARGIN = 60
_PICTURE = 270  # the room for each of the four pictures in a row
_SETS_ACROSS, _SET = 3, 360  # sets of pictures in a row, and the room for each
_MOSAIC = QSize(700, 640)
_FONT_PX = 19
_BOX = QColor("#e0218a")


def unit_report(view: View) -> QImage:
    """The page as a picture WIDTH wide and as high as it needs. The view must have a model and a unit."""
    assert view.model is not None
    assert view.result is not None
    assert view.result.unit is not None
    document = QTextDocument()
    font = QFont()
    font.setPixelSize(_FONT_PX)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    document.setTextWidth(WIDTH - 2 * _MARGIN)
    document.setHtml(_page(document, view, view.model, view.result, view.result.unit))
    height = round(document.size().height()) + 2 * _MARGIN
    page = QImage(WIDTH, height, QImage.Format.Format_RGB32)
    page.fill(Qt.GlobalColor.white)
    context = QAbstractTextDocumentLayout.PaintContext()
    context.palette = QPalette(Qt.GlobalColor.white)
    context.palette.setColor(QPalette.ColorRole.Text, Qt.GlobalColor.black)  # a page is light in any theme
    painter = QPainter(page)
    painter.translate(_MARGIN, _MARGIN)
    layout = document.documentLayout()
    assert layout is not None
    layout.draw(painter, context)
    painter.end()
    return page


def _page(document: QTextDocument, view: View, model: ModelInfo, result: Result, unit: UnitView) -> str:
    seen = _rows(document, _pictures(view, model, result, unit), 4)
    known = _rows(document, sheets(view, _SET), _SETS_ACROSS)
    mosaic = ""
    if result.mosaic is not None:
        tiles = fitted(image_of(coloured(result.mosaic.pixels, _palette(view))), _MOSAIC)
        mosaic = f"{_image(document, 'mosaic', tiles)}<br>{escape(_mosaic_caption(result))}"
    return (
        f"<h1>{escape(str(unit.ref))}</h1>{_facts(view, model, result, unit)}<br>{seen}{known}"
        f'<table width="100%" cellpadding="4"><tr><td width="62%" valign="top">{mosaic}</td>'
        f'<td width="38%" valign="top">{_scores(result)}</td></tr></table>'
    )


def _rows(document: QTextDocument, pictures: dict[str, tuple[QImage, str]], across: int) -> str:
    """Pictures with their captions, so many side by side; nothing where there are none."""
    cells = [
        f'<td width="{100 // across}%" align="center" valign="top">'
        f"{_image(document, name, picture)}<br>{escape(caption)}</td>"
        for name, (picture, caption) in pictures.items()
    ]
    rows = ("".join(cells[start : start + across]) for start in range(0, len(cells), across))
    made = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table width="100%" cellpadding="4">{made}</table><br>' if made else ""


def _facts(view: View, model: ModelInfo, result: Result, unit: UnitView) -> str:
    layer = model.layer(unit.ref.layer)
    field = layer.receptive_field
    facts = {
        "Model": f"{model.title} ({model.weights} weights, {model.device})",
        "Layer": f"{layer.name} ({layer.kind}), shape {' x '.join(map(str, layer.shape))}",
        "Unit": f"{unit.ref.unit} (of 0 to {layer.units - 1})",
        "Class": model.label(unit.ref.unit) if layer.is_class_layer else "",
        "Largest value": f"{unit.maximum:.4g} at row {unit.maximum_at[0]}, column {unit.maximum_at[1]}",
        "In a data set": standing_of(view) if known_of_unit(view) is not None else "",
        "Pictures": passed_on(view) if known_of_unit(view) is not None else "",
        "Receptive field": _field_text(field.size, field.whole) if field is not None else "not known",
        "Input": _input_text(view, result),
        "Preprocessing": model.preprocessing,
        "Date": f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}",
    }
    rows = "".join(
        f'<tr><td width="18%"><b>{escape(name)}</b></td><td width="82%">{escape(text)}</td></tr>'
        for name, text in facts.items()
        if text
    )
    return f'<table width="100%" cellpadding="2">{rows}</table>'


def _input_text(view: View, result: Result) -> str:
    names = dict.fromkeys(filter(None, (view.source.title, result.frame.name)))
    label = f" (true class: {result.frame.label})" if result.frame.label else ""
    return " - ".join(names) + label


def _field_text(size: tuple[int, int], whole: bool) -> str:
    return "the whole input" if whole else f"{size[0]} x {size[1]} input pixels"


def _pictures(view: View, model: ModelInfo, result: Result, unit: UnitView) -> dict[str, tuple[QImage, str]]:
    """What stands in the row of pictures, with captions."""
    room = QSize(_PICTURE, _PICTURE)
    shown = {"frame": (_frame_with_field(model, result, unit, room), "Input; framed: what the maximum sees")}
    if result.network_input is not None:
        height, width = result.network_input.shape[:2]
        shown["input"] = (fitted(image_of(result.network_input), room), f"Network input, {width} x {height}")
    height, width = unit.values.shape
    values = image_of(coloured(unit.pixels, _palette(view)))
    shown["unit"] = (fitted(values, room), f"Activation of {unit.ref}, {width} x {height}")
    if result.heat is not None:
        title = VIEWS[result.request.view].title if result.request.view in VIEWS else result.request.view
        caption = f"{result.heat.method} from {result.heat.origin}, {title}. {result.heat.note}".strip()
        shown["heat"] = (fitted(image_of(result.heat.picture), room), caption)
    return shown


def _frame_with_field(model: ModelInfo, result: Result, unit: UnitView, room: QSize) -> QImage:
    image = fitted(image_of(result.frame.rgb), room)
    field = model.layer(unit.ref.layer).receptive_field
    if field is None or result.input_box is None:
        return image
    rows, columns = result.frame.rgb.shape[:2]
    top, left, bottom, right = result.input_box
    # Network-input pixels -> frame pixels -> pixels of the small picture.
    down = (bottom - top) / model.input_size[0] * image.height() / rows
    across = (right - left) / model.input_size[1] * image.width() / columns
    box = (0, 0, *model.input_size) if field.whole else field.box(*unit.maximum_at)
    rect = QRectF(box[1] * across, box[0] * down, (box[3] - box[1]) * across, (box[2] - box[0]) * down)
    rect.translate(left * image.width() / columns, top * image.height() / rows)
    painter = QPainter(image)
    painter.setPen(QPen(_BOX, 3))
    painter.drawRect(rect.intersected(QRectF(image.rect())).adjusted(1, 1, -2, -2))
    painter.end()
    return image


def _scores(result: Result) -> str:
    if not result.scores:
        return "<p>This network has no class scores.</p>"
    rows = "".join(
        f'<tr><td align="right" width="22%">{100 * score.value:.1f} %</td><td>{escape(score.label)}</td></tr>'
        for score in result.scores
    )
    return f'<b>Best classes</b><table width="100%" cellpadding="3">{rows}</table>'


def _mosaic_caption(result: Result) -> str:
    assert result.mosaic is not None
    what = "gradients" if result.mosaic.content == "backward" else "activations"
    return (
        f"All {result.mosaic.grid.count} units of {result.mosaic.layer} ({what}, top {result.mosaic.top:.3g})"
    )


def _palette(view: View) -> U8:
    return PALETTES[view.state.palette]


def _image(document: QTextDocument, name: str, image: QImage) -> str:
    document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
    return f'<img src="{name}" width="{image.width()}" height="{image.height()}">'
