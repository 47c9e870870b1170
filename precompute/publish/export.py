"""An atlas as plain files: one folder a unit, pictures beside one JSON file with all that is known of them."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable

from deepvis_app.messages import MEAN_FACET, LayerInfo, UnitPictures
from precompute.publish.facts import Json, RunTable, facet_facts, picture_facts, stats_facts
from precompute.publish.folder import OutputFolder
from precompute.publish.names import file_names, unit_name
from precompute.publish.pictures import Format, encode_exact
from precompute.publish.source import Source, kind_title, ordered

COMMAND = "export"


def export(
    source: Source, folder: OutputFolder, kind: Format, each: Callable[[UnitPictures], bool]
) -> int | None:
    """Write every unit and, at the end, index.json; returns how many units, None if broken off.

    What an earlier run wrote of a unit of which the same is known stays as it is.

    LAYER/unit_0007/am_0.png is rank 0 of the kind "am", LAYER/unit_0007/unit.json tells of it. `each` is called
    after every unit and says whether to stop. Raises OSError.
    """
    folders = file_names(layer.name for layer in source.layers)
    runs, layers, kinds = RunTable(), [], {}
    done = 0
    for layer in source.layers:
        counts: dict[str, int] = {}
        units = []
        for unit in source.units(layer):
            at = f"{folders[layer.name]}/{unit_name(unit.ref.unit)}"
            for name in source.kinds_of(unit):
                counts[name] = counts.get(name, 0) + 1
                kinds[name] = kind_title(name)
            _write_unit(folder, at, _unit_facts(source, layer, unit, runs, kind), unit, kind)
            units.append(unit.ref.unit)
            done += 1
            if each(unit):
                return None
        if units:
            layers.append({**_layer_facts(layer, folders[layer.name]), "units_here": units, "kinds": counts})
    titles = {name: kinds[name] for name in ordered(kinds)}
    index = {"network": _network_facts(source), "kinds": titles, "runs": runs.facts(), "layers": layers}
    folder.write("index.json", _json(index))
    return done


def _write_unit(folder: OutputFolder, at: str, facts: Json, unit: UnitPictures, kind: Format) -> None:
    files, text = [f"{at}/{told['file']}" for told in facts["pictures"]], _json(facts)
    if folder.keep(f"{at}/unit.json", text, files):
        return
    for told in facts["pictures"]:
        rgb = next(p.rgb for p in unit.pictures[told["kind"]] if p.rank == told["rank"])
        folder.write(f"{at}/{told['file']}", encode_exact(rgb, kind))
    folder.write(f"{at}/unit.json", text)


def _unit_facts(source: Source, layer: LayerInfo, unit: UnitPictures, runs: RunTable, kind: Format) -> Json:
    facts: Json = {"layer": layer.name, "unit": unit.ref.unit}
    if label := source.label(layer, unit.ref.unit):
        facts["class"] = label
    if unit.stats:
        facts["stats"] = {"run": runs.number(unit.stats.run), **stats_facts(unit.stats)}
    if unit.notes:
        facts["notes"] = dict(unit.notes)
    names = file_names(source.kinds_of(unit))
    if unit.facets and MEAN_FACET in names:
        facts["facets"] = facet_facts(unit.facets)
    facts["pictures"] = [
        {
            "file": f"{names[name]}_{picture.rank}.{kind}",
            "kind": name,
            "rank": picture.rank,
            "crc32": zlib.crc32(
                picture.rgb.tobytes()
            ),  # of the RGB bytes: whether the file is still this picture
            "run": runs.number(picture.run),
            **picture_facts(picture),
        }
        for name in names
        for picture in unit.pictures[name]
    ]
    return facts


def _layer_facts(layer: LayerInfo, folder: str) -> Json:
    return {
        "name": layer.name,
        "alias": layer.alias,
        "folder": folder,
        "kind": layer.kind,
        "shape": layer.shape,
        "units": layer.units,
    }


def _network_facts(source: Source) -> Json:
    info = source.info
    return {
        "title": info.title,
        "fingerprint": info.fingerprint,
        "weights": info.weights,
        "input_size": info.input_size,
        "preprocessing": info.preprocessing,
    }


def _json(facts: Json) -> bytes:
    """Indented, but lists of numbers in one line."""
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    return (re.sub(r"\[[\s\d.,eE+-]+\]", lambda numbers: " ".join(numbers[0].split()), text) + "\n").encode()
