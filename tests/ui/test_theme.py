"""Light and dark."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvis_app.ui.theme import THEMES, Theme, palette

Role = QPalette.ColorRole
PAIRS = [
    (Role.WindowText, Role.Window),
    (Role.Text, Role.Base),
    (Role.Text, Role.AlternateBase),
    (Role.ButtonText, Role.Button),
    (Role.HighlightedText, Role.Highlight),
    (Role.ToolTipText, Role.ToolTipBase),
    (Role.PlaceholderText, Role.Base),
    (Role.Link, Role.Base),
    (Role.BrightText, Role.Window),
]


def luminance(colour: QColor) -> float:
    """Relative luminance, WCAG 2.1."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("text", "ground"), PAIRS, ids=[f"{a.name}-{b.name}" for a, b in PAIRS])
def test_text_is_readable(dark: bool, text: QPalette.ColorRole, ground: QPalette.ColorRole) -> None:
    """Contrast of at least 4.5, the limit of WCAG AA for normal text."""
    colours = palette(dark)
    light, low = sorted((luminance(colours.color(text)), luminance(colours.color(ground))), reverse=True)
    assert (light + 0.05) / (low + 0.05) >= 4.5


def test_a_choice_colours_the_application(qtbot: QtBot) -> None:
    theme = Theme("dark")
    assert theme.dark
    assert QApplication.palette().color(Role.Window).lightness() < 80
    theme.choose("light")
    assert QApplication.palette().color(Role.Window).lightness() > 200


def test_an_unknown_choice_follows_the_system(qtbot: QtBot) -> None:
    assert Theme("purple").choice == "system"
    assert "system" in THEMES
