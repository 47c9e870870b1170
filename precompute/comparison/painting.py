"""The WAYS table: how a method's pictures come about, a picture for each unit and seed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from deepvis_app.messages import F32, U8, UnitPicture, UnitRecord
from deepvis_app.models.fingerprint import fingerprint
from precompute import runner
from precompute.comparison.bench import Bench
from precompute.comparison.methods import Method
from precompute.ppgn.making import Making, Wanted
from precompute.ppgn.priors import open_prior
from precompute.ppgn.settings import SETTINGS, Settings, as_json, changed
from precompute.studies.base import StudyStoppedError
from precompute.studies.painting import (
    Drawing,
    Painted,
    Task,
    Way,
    keep_painted,
    kept_painted,
    key_of,
    paint,
    tasks_of,
    way,
)
from precompute.synthesis.natural import coder
from precompute.synthesis.presets import PRESETS

_ANY = 1.0  # samples that are alike are kept: one of each chain is wanted, however alike they are


def painted_by(bench: Bench, method: Method) -> list[Painted]:
    """The method's pictures, those of a unit together and the seeds in their order.

    Units of which it needs real pictures that there are not have none. Raises StudyStoppedError and CommandError.
    """
    return WAYS[method.way](bench, method)


def check(bench: Bench, methods: Sequence[Method]) -> None:
    """Raises CommandError, before anything is made, for a method whose generator or prior does not fit."""
    for method in methods:
        if method.way == "chain":
            _making(bench, method)
        elif method.way == "facets":
            _first(bench, method)


def _noise(bench: Bench, method: Method) -> list[Painted]:
    return paint(bench.desk, _way(bench, method), tasks_of(bench.desk))


def _mean(bench: Bench, method: Method) -> list[Painted]:
    """Each seed begins at the mean picture of the unit's largest facet, with noise of its own."""
    tasks = [
        Task(unit, seed, first=bench.reals[unit].means[0])
        for unit in bench.desk.units
        if unit in bench.reals
        for seed in bench.desk.seeds
    ]
    return paint(bench.desk, _way(bench, method), tasks) if tasks else []


def _facets(bench: Bench, method: Method) -> list[Painted]:
    """In place of a seed each facet, from its mean picture and without noise, as the command `facets` paints it."""
    how = _way(bench, method)
    how = replace(how, wish=replace(how.wish, preset=replace(how.wish.preset, noise=0.0)))
    first = _first(bench, method)
    tasks = [
        Task(unit, seed, first=first(mean))
        for unit in bench.desk.units
        if unit in bench.reals
        for seed, mean in zip(bench.desk.seeds, bench.reals[unit].means, strict=False)
    ]
    return paint(bench.desk, how, tasks) if tasks else []


def _chain(bench: Bench, method: Method) -> list[Painted]:
    """A chain for each seed, and of each chain the state with which it ends."""
    desk = bench.desk
    making, facts = _making(bench, method)
    made: list[Painted] = []
    desk.progress.start(len(desk.units), "units", method.name)
    making.told = desk.progress.partly
    for item in runner.chunks(desk.layer.name, desk.units, making.units_at_once()):
        key = key_of([*facts, item.layer, list(item.units)])
        of_item = kept_painted(key)
        if not of_item and (of_item := _sampled(making, item)):
            keep_painted(key, of_item)
        made += of_item
        desk.progress.advance(len(item.units), desk.name(item.units[-1]))
        desk.check()
    return made


def _making(bench: Bench, method: Method) -> tuple[Making, list[Any]]:
    """What walks the chains, and all that decides about them as JSON values. Raises CommandError."""
    desk, drawing = bench.desk, _drawing(bench)
    settings, ends = last_only(SETTINGS[method.preset], desk.options.steps, classes=desk.layer.is_class_layer)
    prior = open_prior(desk.options.prior, drawing.generator, drawing.card, desk.model)
    chains = len(desk.seeds)
    wanted = Wanted(
        settings, drawing.generator, prior, chains, chains * ends, _ANY, desk.seeds[0], codes=False
    )
    making = Making(desk.model, wanted, {desk.layer.name: bench.stats}, desk.stop.wait)
    making.check([desk.layer], {desk.layer.name: desk.units})
    facts = [fingerprint(drawing.generator), as_json(settings), prior.told(), list(desk.seeds)]
    return making, [*facts, desk.model.info.fingerprint, str(desk.model.preprocess), _told(bench)]


WAYS: dict[str, Callable[[Bench, Method], list[Painted]]] = {
    "noise": _noise,
    "mean": _mean,
    "facets": _facets,
    "chain": _chain,
}


def last_only(settings: Settings, steps: int | None, *, classes: bool) -> tuple[Settings, int]:
    """The settings with which a chain of `steps` (None: as they say) gives only the states with which its runs end,
    however sure; and how many runs it has.
    """
    times = settings.times(classes=classes)
    steps = steps or times.steps
    run = min(times.reset or steps, steps)
    only = {
        "steps": steps,
        "reset": run if times.reset else 0,
        "burn_in": run - 1,
        "every": run,
        "threshold": 0.0,
    }
    return changed(settings, {}, only), -(-steps // run)


def _first(bench: Bench, method: Method) -> Callable[[U8], U8 | F32]:
    """Where a painting from a mean picture begins: there, or at its code. Raises GeneratorError."""
    if not method.generator:
        return lambda mean: mean
    drawing = _drawing(bench)
    return coder(drawing.generator, drawing.card, bench.desk.model)


def _way(bench: Bench, method: Method) -> Way:
    how = way(bench.desk, method.preset, _drawing(bench) if method.generator else None)
    return replace(how, name=method.name)


def _drawing(bench: Bench) -> Drawing:
    assert bench.drawing is not None, "a method with a generator was chosen without one"
    return bench.drawing


def _told(bench: Bench) -> list[Any]:
    """The statistics, which a chain's condition may read."""
    return [[unit, stats.quantiles] for unit, stats in sorted(bench.stats.items())]


def _sampled(making: Making, item: runner.Item) -> list[Painted]:
    begun = time.perf_counter()
    records = list(making.records(item))
    if len(records) < len(item.units):
        raise StudyStoppedError
    chosen = [(record.ref.unit, picture) for record in records for picture in _last(record)]
    seconds = round((time.perf_counter() - begun) / max(len(chosen), 1), 4)
    return [_painted(unit, picture, seconds) for unit, picture in chosen]


def _last(record: UnitRecord) -> Iterator[UnitPicture]:
    """Of each chain its latest picture, the chains in the order of their seeds."""
    by_seed: dict[int, UnitPicture] = {}
    for picture in sorted(record.pictures, key=_step):
        by_seed[picture.facts.seed or 0] = picture
    for seed in sorted(by_seed):
        yield by_seed[seed]


def _step(picture: UnitPicture) -> int:
    return int(picture.facts.more["step"])


def _painted(unit: int, picture: UnitPicture, seconds: float) -> Painted:
    facts, rgb = picture.facts, picture.rgb if picture.whole is None else picture.whole
    numbers = (facts.activation or 0.0, facts.more["shown"], facts.more["stronger_units"])
    return Painted(unit, facts.seed or 0, rgb, *numbers, seconds=seconds)


def source_of(method: Method) -> str:
    """The paper's table, equation or section that the method is from."""
    return SETTINGS[method.preset].source if method.way == "chain" else PRESETS[method.preset].source
