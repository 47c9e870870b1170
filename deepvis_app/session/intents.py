"""What a person can want, as functions of the session: the targets of keys, menus and mouse alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from deepvis_app.messages import (
    Grid,
    LayerInfo,
    Order,
    Seed,
    SeedKind,
    SourceCommand,
    SourceSpec,
    UnitRef,
)
from deepvis_app.render.grid import lay_out, lay_out_pictures
from deepvis_app.render.palettes import PALETTES
from deepvis_app.render.views import VIEWS
from deepvis_app.session.session import Session
from deepvis_app.session.state import PATTERNS, ViewState

GAMMAS = (1.0, 0.7, 0.5, 0.3)  # the choices of 2015
BOOSTS = (0.0, 0.3, 0.5, 0.8, 1.0)
FAST = 3  # `caffevis_fast_move_dist`
METHOD_CYCLE = ("off", "gradient", "deconv", "guided")
# Key b of 2015: the combinations worth seeing, in one loop.
BACK_CYCLE = (
    ("off", "raw"),
    ("gradient", "raw"),
    ("gradient", "norm"),
    ("deconv", "raw"),
    ("guided", "raw"),
)
ORDERS: tuple[Order, ...] = ("index", "activation", "name")
SEEDS: tuple[SeedKind, ...] = ("map", "max", "position")

T = TypeVar("T")


def shown_layers(session: Session) -> tuple[LayerInfo, ...]:
    """The layers that can be looked at, in execution order."""
    model = session.view.model
    return tuple(layer for layer in model.layers if layer.units) if model else ()


def select_layer(session: Session, name: str) -> None:
    """Show a layer; the unit number is kept where the layer has it."""
    session.change(layer=name, cell=None)


def move_layer(session: Session, by: int) -> None:
    """The layer `by` places further on; stops at the ends."""
    names = [layer.name for layer in shown_layers(session)]
    if names:
        place = names.index(session.view.state.layer) + by
        select_layer(session, names[min(max(place, 0), len(names) - 1)])


def select_unit(session: Session, unit: int) -> None:
    session.change(unit=unit, in_grid=True)


def select(session: Session, ref: UnitRef) -> None:
    session.change(layer=ref.layer, unit=ref.unit, in_grid=True, cell=None)


def move(session: Session, rows: int, columns: int) -> None:
    """The arrow keys: along the layers in the layer bar, over the tiles in the grid (up from row 0 leaves it)."""
    state = session.view.state
    if not state.in_grid:
        if rows > 0:
            session.change(in_grid=True)
        elif columns:
            move_layer(session, columns)
        return
    grid, order = _grid_and_order(session)
    if grid is None:
        return
    row, column = divmod(order.index(state.unit), grid.columns)
    if rows < 0 and row == 0:
        session.change(in_grid=False)
        return
    row = min(max(row + rows, 0), grid.rows - 1)
    column = min(max(column + columns, 0), grid.columns - 1)
    session.change(unit=order[min(row * grid.columns + column, grid.count - 1)])


def cycle_method(session: Session) -> None:
    session.change(method=_next(METHOD_CYCLE, session.view.state.method))


def cycle_back(session: Session) -> None:
    state = session.view.state
    method, view = _next(BACK_CYCLE, (state.method, state.back_view))
    session.change(method=method, back_view=view)


def cycle_back_view(session: Session) -> None:
    session.change(back_view=_next(tuple(VIEWS), session.view.state.back_view))


def toggle_backward_grid(session: Session) -> None:
    """Key a of 2015: activations or gradients in the grid; it leaves pattern mode first."""
    state = session.view.state
    show_content(session, "forward" if state.grid == "backward" and not state.pattern else "backward")


def toggle_frozen_origin(session: Session) -> None:
    """Keep the start of the backward pass while other layers and units are looked at."""
    state = session.view.state
    session.change(origin=UnitRef(state.layer, state.unit) if state.origin is None else None)


def pick_position(session: Session, y: int, x: int) -> None:
    """Start the backward pass at one position of the unit's map."""
    session.change(seed=Seed("position", (y, x)))


def cycle_seed(session: Session) -> None:
    """The next kind of start of the backward pass; a picked position is kept for when its turn comes."""
    seed = session.view.state.seed
    session.change(seed=replace(seed, kind=_next(SEEDS, seed.kind)))


def cycle_gamma(session: Session) -> None:
    scale = session.view.state.scale
    session.change(scale=replace(scale, gamma=_next(GAMMAS, scale.gamma)))


def cycle_boost(session: Session) -> None:
    scale = session.view.state.scale
    session.change(scale=replace(scale, boost=_next(BOOSTS, scale.boost)))


def toggle_range(session: Session) -> None:
    """The brightness range of each frame alone, or smoothed over the frames."""
    scale = session.view.state.scale
    session.change(scale=replace(scale, range_policy="layer" if scale.range_policy == "frame" else "frame"))


def cycle_palette(session: Session) -> None:
    session.change(palette=_next(tuple(PALETTES), session.view.state.palette))


def cycle_zoom(session: Session) -> None:
    state = session.view.state
    session.change(zoom=(state.zoom + 1) % (2 if state.method == "off" else 3))


def cycle_order(session: Session) -> None:
    session.change(order=_next(ORDERS, session.view.state.order))


def toggle(session: Session, field: str) -> None:
    """Flip a yes/no field of the state."""
    session.change(**{field: not getattr(session.view.state, field)})


def toggle_crop(session: Session) -> None:
    """Key 0 of 2015: cut the centre out, or squash the whole picture into the input."""
    model = session.view.model
    current = session.view.state.crop or (model.crop if model else "crop")
    session.change(crop="squash" if current != "squash" else "crop")


def cycle_debug(session: Session) -> None:
    session.change(debug=(session.view.state.debug + 1) % 3)


def cycle_pattern(session: Session) -> None:
    """Key s of 2015: every unit's preferred pictures, its best real patch, and what was there before."""
    state = session.view.state
    show_content(session, _next(PATTERNS, state.pattern) or state.grid)


def show_content(session: Session, content: str) -> None:
    """Fill the tiles: with activations ("forward"), gradients ("backward"), or pictures of a kind of PATTERNS.

    Gradients switch a backward method on when there is none; pictures bring the grid back into the large pane.
    """
    if content in PATTERNS:
        session.change(pattern=content, overview=False, zoom=0)
    elif content == "backward":
        off = session.view.state.method == "off"
        session.change(pattern="", grid="backward", **({"method": "gradient"} if off else {}))
    else:
        session.change(pattern="", grid="forward")


def reset(session: Session) -> None:
    """Esc of 2015: the first layer and unit, no backward pass, default scales, nothing frozen or zoomed.

    While a second unit is marked, only its mark is taken away.
    """
    if session.view.state.second is not None:
        session.change(second=None)
        return
    fresh = ViewState()
    model = session.view.model
    session.change(
        layer=model.start_layer if model else "",
        unit=0,
        method=fresh.method,
        back_view=fresh.back_view,
        seed=fresh.seed,
        origin=None,
        grid=fresh.grid,
        overview=False,
        order=fresh.order,
        scale=fresh.scale,
        crop=None,
        cell=None,
        in_grid=False,
        zoom=0,
        pattern="",
    )


def source(session: Session, action: str, value: float = 0.0) -> None:
    """A command to the running source: play, pause, toggle, next, previous, seek, speed, loop, retry."""
    session.source.command(SourceCommand(action, value))  # type: ignore[arg-type]


def freeze(session: Session) -> None:
    """Key f of 2015: hold the frame of a camera, stream or video, or let it go on."""
    status = session.view.source
    if status.state == "running" and status.still:
        session.say("A picture stands still anyway; freezing is for cameras, streams and videos.")
    else:
        source(session, "toggle")


def toggle_camera(session: Session, files: SourceSpec, camera: SourceSpec) -> None:
    """Key c of 2015: between the camera and files."""
    session.open_source(files if on_camera(session) else camera)


def on_camera(session: Session) -> bool:
    spec = session.view.source.spec
    return spec is not None and spec.kind == "camera"


def step(session: Session, action: str, files: SourceSpec) -> None:
    """Keys e and w of 2015: next or previous picture; on the camera the first press goes to the files."""
    if on_camera(session):
        session.open_source(files)
    else:
        source(session, action)


def _grid_and_order(session: Session) -> tuple[Grid | None, list[int]]:
    """The tiles as they are shown; before the first result, as they will be."""
    view = session.view
    state = view.state
    mosaic = view.result.mosaic if view.result else None
    if mosaic is not None and mosaic.layer != state.layer:
        mosaic = None
    if mosaic is not None and not state.pattern:
        return mosaic.grid, mosaic.order.tolist()
    if view.model is None or not state.layer:
        return None, []
    layer = view.model.layer(state.layer)
    order = mosaic.order.tolist() if mosaic is not None else list(range(layer.units))
    if state.pattern:
        return lay_out_pictures(layer.units, state.pane), order
    return lay_out(layer.units, layer.map_shape, state.pane), order


def _next(cycle: Sequence[T], current: T) -> T:
    return cycle[(cycle.index(current) + 1) % len(cycle)] if current in cycle else cycle[0]
