"""The submenus that are made when they open: from the tables of methods, views, colours, panes and so on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from deepvis_app.render.palettes import PALETTE_TITLES, PALETTES
from deepvis_app.render.views import VIEWS
from deepvis_app.session import intents
from deepvis_app.ui.action import ActionContext, Choice
from deepvis_app.ui.panels import PANELS
from deepvis_app.ui.panels.grid_controls import CONTENT_CHOICES
from deepvis_app.ui.theme import THEMES

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
_CROPS = {
    "crop": ("Cut out the centre", "the middle square (or the input's shape) of the picture"),
    "squash": ("Squash", "the whole picture, its proportions changed"),
    "letterbox": ("Letterbox", "the whole picture with bars"),
}
_ORDERS = {
    "index": ("By number", "as the network numbers them"),
    "activation": ("By activation now", "the most active unit first"),
    "name": ("By class name", "in the order of the alphabet, where units are classes"),
}


def methods(context: ActionContext) -> list[Choice]:
    off = ("off", "Off", "no backward pass")
    return _of_state(
        context, "method", [off, *((m.name, m.title, m.tooltip) for m in context.session.methods)]
    )


def views(context: ActionContext) -> list[Choice]:
    return _of_state(context, "back_view", [(name, v.title, v.tooltip) for name, v in VIEWS.items()])


def palettes(context: ActionContext) -> list[Choice]:
    return _of_state(context, "palette", [(name, PALETTE_TITLES[name], "") for name in PALETTES])


def orders(context: ActionContext) -> list[Choice]:
    return _of_state(context, "order", [(name, *_ORDERS[name]) for name in intents.ORDERS])


def contents(context: ActionContext) -> list[Choice]:
    """What the grid shows of every unit."""
    session, state = context.session, context.session.view.state
    return [
        Choice(
            title[0].upper() + title[1:],
            tooltip,
            lambda kind=kind: intents.show_content(session, kind),  # type: ignore[misc]
            chosen=(state.pattern or state.grid) == kind,
        )
        for kind, title, tooltip in CONTENT_CHOICES
    ]


def crops(context: ActionContext) -> list[Choice]:
    own = (None, "As the model was trained", "the model's own way")
    return _of_state(context, "crop", [own, *((name, *texts) for name, texts in _CROPS.items())])


def layers(context: ActionContext) -> list[Choice]:
    session = context.session
    return [
        Choice(
            layer.alias,
            f"{layer.name} ({layer.kind}), {' x '.join(map(str, layer.shape))}",
            lambda name=layer.name: intents.select_layer(session, name),  # type: ignore[misc]
            chosen=layer.name == session.view.state.layer,
        )
        for layer in intents.shown_layers(session)
    ] or [_nothing("No model is loaded")]


def speeds(context: ActionContext) -> list[Choice]:
    session = context.session
    return [
        Choice(
            f"{speed:g} x",
            "",
            lambda speed=speed: intents.source(session, "speed", speed),  # type: ignore[misc]
            chosen=session.view.source.speed == speed,
        )
        for speed in SPEEDS
    ]


def devices(context: ActionContext) -> list[Choice]:
    session, info = context.session, context.session.view.model
    if info is None:
        return [_nothing("No model is loaded")]
    choice = info.choice
    return [
        Choice(
            f"auto (now {info.device})" if device == "auto" else device,
            "",
            lambda device=device: session.load_model(replace(choice, device=device)),  # type: ignore[misc]
            chosen=choice.device == device,
        )
        for device in ("auto", *context.services.devices())
    ]


def panes(context: ActionContext) -> list[Choice]:
    window = context.window
    return [
        Choice(
            spec.title,
            "",
            lambda name=name: window.toggle_pane(name),  # type: ignore[misc]
            chosen=window.centre.is_shown(name),
        )
        for name, spec in PANELS.items()
    ]


def themes(context: ActionContext) -> list[Choice]:
    theme = context.window.theme
    return [
        Choice(
            title,
            "",
            lambda name=name: theme.choose(name),  # type: ignore[misc]
            chosen=theme.choice == name,
        )
        for name, title in THEMES.items()
    ]


def _of_state(context: ActionContext, field: str, options: Iterable[tuple[Any, str, str]]) -> list[Choice]:
    """One choice for each value of a field of the ViewState."""
    session = context.session
    now = getattr(session.view.state, field)
    return [
        Choice(
            title,
            tooltip,
            lambda value=value: session.change(**{field: value}),  # type: ignore[misc]
            chosen=value == now,
        )
        for value, title, tooltip in options
    ]


def _nothing(why: str) -> Choice:
    return Choice(why, "", lambda: None, enabled=False)
