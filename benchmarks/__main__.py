"""`python -m benchmarks live [--json]`: the live figures of the design, measured here and now."""

from __future__ import annotations

import argparse
import sys

from benchmarks import steps, window
from benchmarks.rows import as_json, table


def main(arguments: list[str] | None = None) -> int:
    """Print the rows; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", choices=["live"])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions: a smoke test")
    options = parser.parse_args(arguments)
    pairs = steps.PAIRS // 10 if options.quick else steps.PAIRS
    frames = steps.SOAK_FRAMES // 10 if options.quick else steps.SOAK_FRAMES
    seconds = window.RUN_S / 10 if options.quick else window.RUN_S
    found = [*steps.rows(options.device, pairs, frames), *window.rows(options.device, seconds)]
    print(as_json(found) if options.json else table(found))
    return 0 if all(row.met for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
