"""What the unit column shows of the disk: picture sets and thumbnails of an atlas, and the page of all methods."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.rows import Row
from benchmarks.steps import load
from benchmarks.window import until, wait
from deepvis_app.app import Program, Start, application, build
from deepvis_app.atlas import AtlasReader, bundled_path
from deepvis_app.atlas.images import encode
from deepvis_app.atlas.places import comparison_path
from deepvis_app.atlas.reader import thumbnail_of
from deepvis_app.files import HOME_VARIABLE, folder_at
from deepvis_app.messages import COMPARED, ModelInfo, SourceSpec, UnitRef
from deepvis_app.pauses import settle
from deepvis_app.session import intents
from deepvis_app.ui.method_words import SCORES
from precompute.comparison.methods import METHODS

NETWORK, LAYER, GRID = "caffenet64", "fc8", "conv4"  # GRID has 256 units or more
SETS = 4  # kinds of pictures of one unit
READS, GRIDS, CHANGES = 200, 9, 60
UNITS, SEEDS, SIDE = 6, 3, 64
SIZE = (1280, 800)
_SEEN_MS = 60  # after a comparison has come: its painting


def rows(device: str = "auto", share: float = 1.0) -> list[Row]:
    """Of the bundled network and its atlas; comparisons are made up in a folder that is gone afterwards."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    info = load(NETWORK, device).info
    return [
        *_atlas_rows(info, round(READS * share)),
        *_methods_rows(info, max(round(CHANGES * share), UNITS)),
    ]


def _atlas_rows(info: ModelInfo, reads: int) -> list[Row]:
    path = bundled_path(info.fingerprint)
    if path is None:
        return []
    with AtlasReader(path, info.fingerprint) as reader:
        kinds: dict[UnitRef, set[str]] = {}
        for layer, unit, kind in reader.made():
            kinds.setdefault(UnitRef(layer, unit), set()).add(kind)
        refs = sorted((ref for ref, of in kinds.items() if len(of) >= SETS), key=str)
        times, sets = [], []
        for number in range(reads):
            began = time.perf_counter()
            known = reader.unit(refs[number * 37 % len(refs)])
            times.append((time.perf_counter() - began) * 1e3)
            sets.append(len(known.pictures))
    units, grids = info.layer(GRID).units, []
    for _ in range(GRIDS):
        thumbnail_of.cache_clear()
        with AtlasReader(path, info.fingerprint) as reader:
            began = time.perf_counter()
            reader.thumbnails(GRID, units, "am")
            grids.append((time.perf_counter() - began) * 1e3)
    detail = f"{statistics.median(sets):g} sets, worst {max(times):.1f} ms"
    return [
        Row("picture sets of one unit, reader open", statistics.median(times), 5, "ms", detail),
        Row(f"thumbnails of a layer of {units} units, nothing cached", statistics.median(grids), 50, "ms"),
    ]


def _methods_rows(info: ModelInfo, changes: int) -> list[Row]:
    """From unit to unit while the page of all methods is open; counted as all window work is (`Clock.work_ms`)."""
    with tempfile.TemporaryDirectory() as folder, folder_at(HOME_VARIABLE, Path(folder)):
        for unit in range(UNITS):
            _write(info, UnitRef(LAYER, unit))
        qt = application()
        program = build(Start(info.choice, SourceSpec("samples")), remember=False, loaded=settle)
        program.window.resize(*SIZE)
        program.window.show()
        try:
            work, processor = _shown(program, changes)
        finally:
            program.window.close()
            program.stop()
            del qt
    what = "another unit's comparison on the page of all methods, window work"
    size = f"{len(METHODS)} methods, {SEEDS} pictures each"
    cpu = f"processor time of its thread until it is painted: median {statistics.median(processor):.0f} ms"
    return [
        Row(f"{what}, median", statistics.median(work), 50, "ms", size),
        Row(f"{what}, worst", max(work), 50, "ms", cpu),
    ]


def _shown(program: Program, changes: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each change: the window's work, and the processor time of its thread."""
    session, work = program.session, program.window.clock.work_ms
    until(lambda: session.view.fresh, 60)
    session.change(pictures_from="methods", show_unit_pictures=True)
    shown, processor = [], []
    for number in range(changes):
        ref = UnitRef(LAYER, number % UNITS)
        work.clear()
        began = time.thread_time()
        intents.select(session, ref)
        until(partial(_has, program, ref), 10)
        wait(_SEEN_MS)
        shown.append(max(work))
        processor.append((time.thread_time() - began) * 1e3)
    return shown, processor


def _has(program: Program, ref: UnitRef) -> bool:
    known = program.session.view.methods
    return known is not None and known.ref == ref and len(known.methods) == len(METHODS)


def _write(info: ModelInfo, ref: UnitRef) -> None:
    """As `precompute compare` does, with noise for pictures."""
    path, noise = comparison_path(info.fingerprint, ref), np.random.default_rng(ref.unit)
    folder = path.with_suffix("")
    folder.mkdir(parents=True)
    methods = []
    for name in METHODS:
        pictures = []
        for seed in range(SEEDS):
            file = f"{name}-{seed}.webp"
            (folder / file).write_bytes(encode(noise.integers(0, 256, (SIDE, SIDE, 3), np.uint8), COMPARED))
            pictures.append({"unit": ref.unit, "seed": seed, "shown": 9.0, "activation": 9.0, "file": file})
        scores = {score.key: float(noise.normal()) for score in SCORES}
        methods.append({"name": name, "title": name, "source": "", "scores": scores, "pictures": pictures})
    told = {
        "network": {"fingerprint": info.fingerprint}, "layer": ref.layer, "units": {str(ref.unit): "unit"},
        "methods": methods, "real": None,
    }  # fmt: skip
    path.write_text(json.dumps(told))
