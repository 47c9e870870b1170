"""What the person has chosen: one frozen record, what is legal in it, and the request that follows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from deepvis_app.jobs.generators import DEFAULT as DEFAULT_GENERATOR
from deepvis_app.messages import (
    Cell,
    CodeOrder,
    CropPolicy,
    GridContent,
    ModelInfo,
    Order,
    Request,
    Scale,
    Seed,
    UnitRef,
)
from deepvis_app.words import nearest

PicturesFrom = Literal["data", "session", "painting", "facets", "methods"]
PAINT_METHODS = ("dgn-am", "am")
PAINT_COUNTS = (1, 4, 9)
PATTERNS = ("", "am", "dgn-am", "top")  # what key s goes through: activations, or a kind of picture


@dataclass(frozen=True)
class ViewState:
    """Everything that a person can change about what is shown; what needs computing stands in `request_of`."""

    layer: str = ""
    unit: int = 0
    method: str = "off"
    back_view: str = "raw"  # a name of render.views.VIEWS
    seed: Seed = field(default_factory=Seed)
    origin: UnitRef | None = None  # frozen: the backward pass starts here whatever is selected
    grid: GridContent = "forward"
    overview: bool = False
    heat_on_input: bool = False
    order: Order = "index"
    scale: Scale = field(default_factory=Scale)
    crop: CropPolicy | None = None
    pane: tuple[int, int] = (600, 800)
    cell: Cell | None = None

    palette: str = "gray"
    in_grid: bool = False  # the keyboard's cursor is in the unit grid, not in the layer bar
    pattern: str = ""  # the grid shows every unit's picture of this kind (one of PATTERNS) instead of its map
    zoom: int = 0  # 0 the grid, 1 the selected unit, 2 the back picture fills the large pane
    show_network_input: bool = False
    mirror: bool = False
    show_scores: bool = True
    show_unit_pictures: bool = True
    # what the column shows: an atlas, this session's records, a painting, the facet map, all methods
    pictures_from: PicturesFrom = "data"
    session_round: int = 0  # raised to start the records afresh
    painting: bool = False  # the selected unit is being painted
    second: UnitRef | None = None  # a unit of the same layer that is painted together with the selected one
    paint_method: str = PAINT_METHODS[0]
    paint_generator: str = DEFAULT_GENERATOR  # of DGN-AM
    paint_count: int = PAINT_COUNTS[0]  # pictures side by side, each from another start
    debug: int = 0  # 0, 1, 2: how many timings the status line tells


def legal(state: ViewState, model: ModelInfo | None) -> ViewState:
    """The nearest state that the model allows; `legal(legal(s)) == legal(s)`."""
    if model is None or not model.layers:
        return state
    shown = {layer.name: layer for layer in model.layers if layer.units}
    if state.layer not in shown:
        start = model.start_layer if model.start_layer in shown else next(iter(shown), "")
        state = replace(state, layer=start, unit=0, cell=None)
    if not shown:
        return state
    layer = shown[state.layer]
    unit = min(max(state.unit, 0), layer.units - 1)
    origin = state.origin
    if origin is not None and (origin.layer not in shown or origin.unit >= shown[origin.layer].units):
        origin = None
    seed_map = shown[origin.layer if origin else state.layer].map_shape
    position = (
        min(max(state.seed.position[0], 0), seed_map[0] - 1),
        min(max(state.seed.position[1], 0), seed_map[1] - 1),
    )
    cell = state.cell
    if cell is not None and not _inside(cell, layer.units, layer.map_shape):
        cell = None
    second = state.second
    if second is not None and (second.layer != layer.name or second.unit not in range(layer.units)):
        second = None
    off = state.method == "off"
    return replace(
        state,
        unit=unit,
        origin=origin,
        seed=replace(state.seed, position=position),
        cell=cell,
        second=None if second is not None and second.unit == unit else second,
        grid="forward" if off else state.grid,
        zoom=1 if off and state.zoom == 2 else state.zoom,
        pattern=state.pattern if state.pattern in PATTERNS else "",
    )


class UnknownNameError(ValueError):
    """A layer or unit that the network does not have; the message names the nearest that it has."""


def named_unit(model: ModelInfo, layer: str, unit: int) -> UnitRef:
    """The unit that a person means by a layer's name or alias ("": the start layer) and a number.

    Raises UnknownNameError.
    """
    shown = {name: found.name for found in model.layers if found.units for name in (found.alias, found.name)}
    wanted = layer or model.start_layer
    if wanted not in shown:
        raise UnknownNameError(
            f"{model.title} has no layer {wanted!r}; the nearest are {nearest(wanted, shown)}."
        )
    units = model.layer(shown[wanted]).units
    if not 0 <= unit < units:
        raise UnknownNameError(f"{wanted} has no unit {unit}; its units are 0 to {units - 1}.")
    return UnitRef(shown[wanted], unit)


def methods_shown(state: ViewState) -> bool:
    """Whether the comparison of methods is on the screen."""
    return state.show_unit_pictures and state.pictures_from == "methods"


def request_of(state: ViewState, generation: int, code: CodeOrder | None = None) -> Request:
    """What the engine must compute for this state; `code` is what a facet map needs of each frame."""
    return Request(
        generation=generation,
        layer=state.layer,
        unit=state.unit,
        grid=state.grid,
        method=state.method,
        seed=state.seed,
        origin=state.origin,
        view=state.back_view,
        scale=state.scale,
        order=state.order,
        pane=state.pane,
        crop=state.crop,
        cell=state.cell,
        overview=state.overview,
        overlay=state.heat_on_input,
        session_top=state.pictures_from == "session" and state.show_unit_pictures,
        session_round=state.session_round,
        code=code,
    )


def _inside(cell: Cell, units: int, map_shape: tuple[int, int]) -> bool:
    return 0 <= cell.unit < units and 0 <= cell.y < map_shape[0] and 0 <= cell.x < map_shape[1]
