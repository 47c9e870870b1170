"""`two-units`: pictures that excite two units at once (Nguyen et al. 2016, section S8, Eq. 2)."""

from __future__ import annotations

import argparse
import statistics
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError
from precompute.studies.base import Desk, Finding, Study
from precompute.studies.choices import add_generator, add_objective
from precompute.synthesis.code_recipe import GAMMA
from precompute.synthesis.recipe import between

if TYPE_CHECKING:
    from precompute.studies.painting import Drawing, Painted

GAMMAS = f"0,{GAMMA:g}"
_gamma = between(0.0, 100.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_generator(parser)
    add_objective(parser)
    parser.set_defaults(objective="centre")
    parser.add_argument(
        "--with",
        dest="partner",
        type=int,
        metavar="UNIT",
        help="the unit that is joined with each of --units (default: the one behind the first of them)",
    )
    parser.add_argument(
        "--gammas",
        type=_numbers,
        default=GAMMAS,
        metavar="NUMBERS",
        help=f"weights of the penalty |a1 - a2|, a row of the sheet each (default {GAMMAS})",
    )


def run(desk: Desk) -> Finding:
    from precompute.publish.sheet import Tile
    from precompute.studies.painting import open_drawing

    partner = _partner(desk)
    units = [unit for unit in desk.units if unit != partner]
    if not units:
        raise OptionError("--units needs a unit beside the one of --with.")
    drawing = open_drawing(desk.options.generator)
    alone = _alone(desk, drawing, [partner, *units])
    first = alone[partner]
    tiles = [Tile(one.rgb, desk.name(one.unit), f"{one.activation:.1f}") for one in alone.values()]
    figures = {}
    for gamma in desk.options.gammas:
        pairs = _pairs(desk, drawing, alone, partner, gamma)
        rows = [_figures(desk, pair, alone, partner) for pair in pairs]
        tiles.append(Tile(first.rgb, desk.name(partner), f"with gamma = {gamma:g}"))
        tiles += [
            Tile(pair.rgb, desk.name(pair.unit), f"{row['shares'][0]:.0%} and {row['shares'][1]:.0%}")
            for pair, row in zip(pairs, rows, strict=True)
        ]
        figures[f"{gamma:g}"] = {
            "weaker share, median": round(statistics.median(min(row["shares"]) for row in rows), 4),
            "pairs": rows,
        }
    said = ", ".join(
        f"gamma {gamma}: {found['weaker share, median']:.0%}" for gamma, found in figures.items()
    )
    return Finding(
        tiles=tiles,
        columns=1 + len(units),
        figures={"generator": drawing.told(), "with": desk.name(partner), "gammas": figures},
        said=f"What the weaker of both reaches of its value alone, median over pairs: {said}.",
        explained=f"Above, single units and what they reach. Below, each together with {desk.name(partner)}, one row "
        "for each weight gamma of the penalty on the difference of both; the numbers are what the two reach of their "
        "values alone.",
    )


def _partner(desk: Desk) -> int:
    """Raises OptionError for a unit that the layer does not have."""
    chosen: int | None = desk.options.partner
    partner = (desk.units[0] + 1) % desk.layer.units if chosen is None else chosen
    if not 0 <= partner < desk.layer.units:
        raise OptionError(
            f"{desk.layer.alias} has units 0 to {desk.layer.units - 1}; there is no unit {partner}."
        )
    return partner


def _alone(desk: Desk, drawing: Drawing, units: list[int]) -> dict[int, Painted]:
    """The first seed's picture of each unit."""
    from precompute.studies.painting import DGN, Task, paint, way

    tasks = [Task(unit, desk.seeds[0]) for unit in units]
    return {one.unit: one for one in paint(desk, way(desk, DGN, drawing), tasks)}


def _pairs(
    desk: Desk, drawing: Drawing, alone: dict[int, Painted], partner: int, gamma: float
) -> list[Painted]:
    """Each unit with the partner; both count as shares of what they reach alone."""
    from precompute.studies.painting import DGN, Task, paint, way

    tasks = [Task(unit, desk.seeds[0], (partner, 1)) for unit in alone if unit != partner]
    scales = {unit: one.activation for unit, one in alone.items()}
    return paint(desk, way(desk, DGN, drawing, gamma=gamma, scales=scales), tasks)


def _figures(desk: Desk, pair: Painted, alone: dict[int, Painted], partner: int) -> dict[str, Any]:
    """What both units reach at the pair's picture, also as shares of what they reach alone."""
    from precompute.studies.values import values_at

    values = values_at(desk.model, desk.layer, [pair.rgb])[0]
    reached = [float(values[unit]) for unit in (pair.unit, partner)]
    singles = [alone[pair.unit].shown, alone[partner].shown]
    shares = [value / single if single > 0 else 0.0 for value, single in zip(reached, singles, strict=True)]
    return {
        "unit": pair.unit,
        "name": desk.name(pair.unit),
        "reached": [round(value, 3) for value in reached],
        "alone": [round(value, 3) for value in singles],
        "shares": [round(share, 4) for share in shares],
    }


def _numbers(text: str) -> list[float]:
    try:
        return [_gamma(word) for word in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers such as {GAMMAS}") from None


STUDY = Study(
    "two-units",
    "pictures that excite two units at once, with and without the penalty on their difference",
    "Fig. S11, Eq. 2",
    add_arguments,
    run,
    units=8,
)
