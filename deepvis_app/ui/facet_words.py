"""What is said about a facet map, its facets, its images, and where the live frame lies in it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from deepvis_app.messages import MEAN_FACET, Facet, FacetMap, PictureFacts, UnitPicture, UnitPictures
from deepvis_app.session.facets import LivePlace
from deepvis_app.ui.picture_words import tooltip
from deepvis_app.ui.widgets.colour_bar import short

OPEN = "Click: this image in the live view."
ENLARGE = "Click: full size."
SUMMARY_TIP = (
    "Silhouette (-1 to 1): how clearly the facets are apart. "
    "Purity (0 to 1): the share of images whose code is nearest to their own facet's mean."
)


def summary(facets: FacetMap) -> str:
    """`6 facets of 500 images, silhouette 0.41, purity 0.93`."""
    counts = f"{_count(len(facets.facets), 'facet')} of {_count(len(facets.points), 'image')}"
    return f"{counts}, silhouette {facets.silhouette:.2f}, purity {facets.purity:.2f}"


def named(facets: FacetMap, number: int) -> str:
    """`facet 2 (mostly bell pepper)`, as far as its images have classes that tell it from others."""
    facet = facets.facets[number]
    tells = facet.label and {other.label for other in facets.facets} != {facet.label}
    return (
        f"facet {number} ({'all' if facet.share == 1 else 'mostly'} {facet.label})"
        if tells
        else f"facet {number}"
    )


def live_words(facets: FacetMap, live: LivePlace) -> str:
    """Where the live frame lies, for it always lies somewhere: `Now: facet 2, 4 of 5 nearest (mostly bell pepper)`."""
    name, _, more = named(facets, live.facet).partition(" (")
    return f"Now: {name}, {live.votes} of {len(live.nearest)} nearest{f' ({more}' if more else ''}"


def live_value(facets: FacetMap, value: float) -> str:
    """How the unit's value in the live frame compares with that in the images."""
    below, count = sum(point.value < value for point in facets.points), len(facets.points)
    if below in (0, count):
        return f"Value {short(value)}: {'above' if below else 'below'} all {count}"
    return f"Value {short(value)}: above {below} of {count}"


def image_picture(pictures: UnitPictures, facets: FacetMap, number: int) -> UnitPicture:
    """An image of the map as a picture, so that it can be told about and opened like a patch."""
    point = facets.points[number]
    more = {"facet": int(facets.cluster[number]), "silhouette": float(facets.silhouettes[number])}
    facts = PictureFacts(point.value, source=point.source, box=point.box, label=point.label, more=more)
    run = next((picture.run for picture in pictures.pictures.get(MEAN_FACET, ())), None)
    return UnitPicture(MEAN_FACET, number, facets.thumbnails[number], point.value, facts, run)


def facet_tip(facets: FacetMap, number: int, picture: UnitPicture | None) -> str:
    """All about one facet, as HTML."""
    rows = _rows(facets.facets[number])
    told = "".join(
        f"<tr><td><b>{name}</b>&nbsp;&nbsp;</td><td>{escape(text)}</td></tr>" for name, text in rows.items()
    )
    return f"<p><b>Facet {number}</b></p><table>{told}</table>" + (
        tooltip(picture, ENLARGE) if picture else ""
    )


def _rows(facet: Facet) -> Mapping[str, str]:
    rows = {
        "images": str(len(facet.members)),
        "silhouette": f"{facet.silhouette:.2f}",
        "purity": f"{facet.purity:.2f}",
        "mean of": _count(facet.averaged, "image"),
    }
    return rows | ({"commonest class": f"{facet.label} ({100 * facet.share:.0f} %)"} if facet.label else {})


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
