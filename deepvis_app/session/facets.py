"""The facet map of the selected unit: when a frame's code is needed, and where the newest frame lies in the map."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deepvis_app.messages import CodeOrder, FacetMap, ModelInfo, UnitPictures
from deepvis_app.session.state import ViewState

if TYPE_CHECKING:
    from deepvis_app.session.session import Session, View


@dataclass(frozen=True)
class LivePlace:
    """Where the newest frame lies among the images of a facet map, the numbers of the images nearest to it, and
    the facet of most of these.
    """

    xy: tuple[float, float]
    nearest: tuple[int, ...]
    facet: int
    votes: int  # how many of the nearest are of this facet


def toggle_facets(session: Session) -> None:
    """The facet map, or the pictures made beforehand; shows the column if it is hidden."""
    at_facets = is_shown(session.view.state)
    session.change(pictures_from="data" if at_facets else "facets", show_unit_pictures=True)


def is_shown(state: ViewState) -> bool:
    """Whether the facet map is on the screen."""
    return state.show_unit_pictures and state.pictures_from == "facets"


def code_order(model: ModelInfo | None, state: ViewState, pictures: UnitPictures | None) -> CodeOrder | None:
    """What must be computed of each frame so that it has a place; None where no facet map is on the screen.

    Also None where the map does not fit the network: an atlas may come from a stranger.
    """
    if model is None or pictures is None or pictures.facets is None or not is_shown(state):
        return None
    space, unit = pictures.facets.space, pictures.ref.unit
    layer = next((layer for layer in model.layers if layer.name == space.layer), None)
    if layer is None or layer.units != space.mean.size or (space.column and unit >= layer.units):
        return None
    return CodeOrder(space.layer, unit, space.column)


def live_place(view: View) -> LivePlace | None:
    """Where the newest frame lies in the map that is on the screen; None while that is not known."""
    order = code_order(view.model, view.state, view.pictures)
    result = view.result
    if order is None or result is None or result.code is None or result.request.code != order:
        return None
    facets = _map_of(view)
    nearest = facets.nearest(result.code)
    facet, votes = Counter(int(facets.cluster[one]) for one in nearest).most_common(1)[
        0
    ]  # of equal ones the nearest
    return LivePlace(facets.place(result.code), nearest, facet, votes)


def _map_of(view: View) -> FacetMap:
    assert view.pictures is not None  # there is an order
    assert view.pictures.facets is not None
    return view.pictures.facets
