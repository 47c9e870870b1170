"""`python -m benchmarks SUITE [--json]`: the figures of the design, measured here and now; SUITES are below."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from benchmarks import climbing, columns, painting, priors, quality, scanning, steps, window
from benchmarks.rows import Row, as_json, table

QUICK = 0.1  # of the repetitions

# What is measured together; each entry takes the device and the share of the usual repetitions.
SUITES: dict[str, tuple[Callable[[str, float], list[Row]], ...]] = {
    "live": (
        lambda device, share: steps.rows(
            device, round(steps.PAIRS * share), round(steps.SOAK_FRAMES * share)
        ),
        lambda device, share: window.rows(device, window.RUN_S * share),
        columns.rows,
    ),
    "precompute": (scanning.rows, climbing.rows),
    "painting": (painting.rows,),
    "priors": (priors.rows,),
    "quality": (quality.rows,),
}


def main(arguments: list[str] | None = None) -> int:
    """Print the rows; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", choices=SUITES)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions: a smoke test")
    options = parser.parse_args(arguments)
    share = QUICK if options.quick else 1.0
    found = [row for rows in SUITES[options.what] for row in rows(options.device, share)]
    print(as_json(found) if options.json else table(found))
    return 0 if all(row.met for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
