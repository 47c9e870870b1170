"""A web gallery of an atlas: plain files that any browser shows from a folder or a web server.

One page in the browser (web/) reads data/index.js and, when a layer is opened, data/LAYER.js: scripts and not
JSON, because browsers do not let a page that was opened as a file fetch its neighbours. Pictures are sheets:
one for all of a unit, some for the small pictures of a layer, one for the list of layers.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepvis_app.messages import U8, LayerInfo, UnitPicture, UnitPictures
from precompute.publish.facts import Json, RunTable, picture_facts, stats_facts
from precompute.publish.folder import OutputFolder
from precompute.publish.names import file_names
from precompute.publish.pictures import encode_exact, encode_small, fitted, lay_rows
from precompute.publish.private import without_folders
from precompute.publish.source import Source, kind_title, ordered
from precompute.publish.thumbnails import Thumbnails, preview_sheet

COMMAND = "gallery"
WEB = Path(__file__).parent / "web"
_TINY = 32  # pictures up to this side are kept exactly: lossy coding blurs them and saves nothing


@dataclass(frozen=True)
class Look:
    """How large pictures may be: their longer side in pixels, and the quality (1..100) of lossy coding."""

    side: int = 160
    quality: int = 80


def build(
    source: Source, folder: OutputFolder, look: Look, each: Callable[[UnitPictures], bool]
) -> int | None:
    """Write the gallery; returns how many units it shows, None if broken off.

    `each` is called after every unit and says whether to stop. Until all is there, index.html says so.
    """
    _write_page(folder, "unfinished.html", source)
    names = file_names(layer.name for layer in source.layers)
    runs, done = RunTable(), 0
    layers: list[Json] = []
    previews: list[list[U8]] = []
    for layer in source.layers:
        pages, thumbnails = [], Thumbnails()
        for unit in source.units(layer):
            pages.append(_unit_page(source, layer, unit, runs, folder, names[layer.name], look))
            for kind in source.kinds_of(unit):
                thumbnails.add(kind, unit.ref.unit, unit.pictures[kind][0].rgb)
            done += 1
            if each(unit):
                return None
        if pages:
            thumbs = thumbnails.write(folder, f"thumbs/{names[layer.name]}", look.quality)
            data = f"data/{names[layer.name]}.js"
            _write_data(folder, data, {"name": layer.name, "units": pages, "thumbs": thumbs})
            facts = {
                "data": data,
                "have": len(pages),
                "last": pages[-1]["unit"],
                "kinds": thumbnails.counts(),
            }
            layers.append({**_layer_facts(layer), **facts})
            previews.append(thumbnails.first())
    sheet, tiles = preview_sheet(previews)
    if sheet is not None:
        folder.write("thumbs/layers.webp", encode_small(sheet, look.quality))
    _write_data(folder, "data/index.js", _index(source, layers, runs, tiles))
    for name in ("gallery.css", "histogram.js", "drawing.js", "pages.js", "gallery.js"):
        folder.write(name, (WEB / name).read_bytes())
    _write_page(folder, "index.html", source)
    return done


def _unit_page(
    source: Source,
    layer: LayerInfo,
    unit: UnitPictures,
    runs: RunTable,
    folder: OutputFolder,
    name: str,
    look: Look,
) -> Json:
    """Write the unit's sheet; all that its page shows."""
    kinds = source.kinds_of(unit)
    page: Json = {"unit": unit.ref.unit}
    if label := source.label(layer, unit.ref.unit):
        page["label"] = label
    if unit.notes:
        page["notes"] = dict(unit.notes)
    if unit.stats:
        page["stats"] = {"run": runs.number(unit.stats.run), **stats_facts(unit.stats)}
    if not kinds:
        return page
    rows = [[fitted(picture.rgb, look.side) for picture in unit.pictures[kind]] for kind in kinds]
    sheet, places = lay_rows(rows)
    tiny = max(max(rgb.shape[:2]) for row in rows for rgb in row) <= _TINY
    page["sheet"] = f"units/{name}/{unit.ref.unit:04d}.webp"
    folder.write(page["sheet"], encode_exact(sheet, "webp") if tiny else encode_small(sheet, look.quality))
    page["kinds"] = {
        kind: [
            {
                "place": [place.x, place.y, place.width, place.height],
                "rank": picture.rank,
                "run": runs.number(picture.run),
                **_facts(picture),
            }
            for picture, place in zip(unit.pictures[kind], line, strict=True)
        ]
        for kind, line in zip(kinds, places, strict=True)
    }
    return page


def _facts(picture: UnitPicture) -> Json:
    """Without a generator's code, which is larger than the picture and of no use on a page."""
    facts = picture_facts(picture)
    if "more" in facts:
        facts["more"] = {name: value for name, value in facts["more"].items() if name != "code"}
    return facts


def _layer_facts(layer: LayerInfo) -> Json:
    return {
        "name": layer.name,
        "alias": layer.alias,
        "kind": layer.kind,
        "shape": list(layer.shape),
        "units": layer.units,
    }


def _index(source: Source, layers: list[Json], runs: RunTable, tiles: Json) -> Json:
    kinds = ordered({kind: None for layer in layers for kind in layer["kinds"]})
    return {
        "title": source.info.title,
        "fingerprint": source.info.fingerprint,
        "weights": source.info.weights,
        "preprocessing": source.info.preprocessing,
        "made": datetime.now(UTC).strftime("%Y-%m-%d"),
        "kinds": {kind: kind_title(kind) for kind in kinds},
        "layers": layers,
        "previews": tiles,
        "runs": runs.facts(),
    }


def _write_data(folder: OutputFolder, name: str, value: Any) -> None:
    """A script that hands the value to the page; folders of whoever made it are nobody's business."""
    text = json.dumps(without_folders(value), separators=(",", ":")).replace("<", "\\u003c")
    folder.write(name, f"deepvis.take({text});\n".encode())


def _write_page(folder: OutputFolder, template: str, source: Source) -> None:
    text = (WEB / template).read_text(encoding="utf-8")
    folder.write("index.html", text.replace("{{title}}", html.escape(source.info.title)).encode())
