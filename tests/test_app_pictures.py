"""End to end, offscreen: pictures made while the window runs appear in it, and lead back to their images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from deepvis_app.app import Program, Start, build
from deepvis_app.atlas import AtlasWriter, user_path
from deepvis_app.messages import (
    ModelChoice,
    ModelInfo,
    PictureFacts,
    RunInfo,
    SourceSpec,
    UnitPicture,
    UnitRecord,
    UnitRef,
    UnitStats,
    frozen,
)
from deepvis_app.session import intents
from deepvis_app.ui.panels.layer_grid import LayerGridPanel
from deepvis_app.ui.panels.unit import UnitPanel
from deepvis_app.ui.panels.unit_pictures import UnitPicturesPanel

REF = UnitRef("conv4", 3)


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    Image.fromarray(np.full((80, 90, 3), 120, np.uint8)).save(tmp_path / "grey.png")
    net = ModelChoice("caffenet64", "random", "cpu")  # no atlas comes with it
    made = build(Start(net, SourceSpec("picture", str(tmp_path / "grey.png")), theme="dark"), remember=False)
    qtbot.addWidget(made.window)
    made.window.show()
    qtbot.waitUntil(lambda: made.session.view.fresh, timeout=20_000)
    yield made
    made.window.close()
    assert made.stop()


def write(model: ModelInfo, images: Path) -> None:
    """One unit of a real atlas: a patch, its deconv and statistics."""
    rgb = frozen(np.full((67, 67, 3), 90, np.uint8))
    facts = PictureFacts(8.0, 100.0, source="grey.png", box=(0, 0, 67, 67))
    pictures = tuple(UnitPicture(kind, 0, rgb, 8.0, facts) for kind in ("top", "deconv"))
    stats = UnitStats(500, 1.0, 1.0, ((0.0, -5.0), (1.0, 8.0)), 0.2)
    with AtlasWriter(user_path(model.fingerprint), model.fingerprint, model.title) as writer:
        run = writer.begin(RunInfo("top", {"images": str(images)}, data="grey, 500 images"))
        writer.put(UnitRecord(REF, ("top", "deconv"), pictures, stats), run)


def test_pictures_that_are_made_meanwhile_appear_and_open_their_image(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    session, window = program.session, program.window
    column, grid, unit = (window.panels[name] for name in ("unit_pictures", "layer_grid", "unit"))
    assert isinstance(column, UnitPicturesPanel)
    assert isinstance(grid, LayerGridPanel)
    assert isinstance(unit, UnitPanel)
    session.change(layer="relu4", unit=REF.unit)
    qtbot.waitUntil(lambda: session.view.pictures is not None, timeout=5000)
    assert session.view.model is not None
    write(session.view.model, tmp_path)
    qtbot.waitUntil(lambda: len(column.blocks["top"].section.pictures) == 1, timeout=10_000)
    assert "Pictures of conv4" in column.provenance.text
    qtbot.waitUntil(lambda: "500 images" in unit.standing.words.text(), timeout=5000)
    intents.show_content(session, "top")
    qtbot.waitUntil(lambda: grid.pattern.hint() == "1 of 256 units have best patches.", timeout=5000)
    column.blocks["deconv"].section.opened.emit(0)
    qtbot.waitUntil(
        lambda: session.view.source.spec == SourceSpec("picture", str(tmp_path / "grey.png")), timeout=5000
    )
    assert window.errors.take() is None
