"""The options that several studies take; quick to import."""

from __future__ import annotations

import argparse
from pathlib import Path

from precompute.synthesis.code_recipe import DEFAULT_GENERATOR
from precompute.synthesis.recipe import OBJECTIVE_NAMES


def add_generator(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--generator",
        default=DEFAULT_GENERATOR,
        metavar="NAME|FILE",
        help=f"what DGN-AM paints through: bundled, trained or a file (default {DEFAULT_GENERATOR})",
    )


def add_objective(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--objective",
        choices=OBJECTIVE_NAMES,
        help="what is maximised (default: log-softmax where units are classes, centre elsewhere)",
    )


def add_networks(parser: argparse.ArgumentParser, option: str, what: str, *, needed: bool = False) -> None:
    """An option that names networks; it may be given several times."""
    parser.add_argument(
        option,
        nargs="+",
        action="extend",
        default=[],
        required=needed,
        metavar="NAME[=WEIGHTS]",
        help=f"{what}, e.g. caffenet64=seed1.safetensors squeezenet1_0",
    )


def add_judges(parser: argparse.ArgumentParser, *, needed: bool = False) -> None:
    add_networks(parser, "--judge", "networks that had no part in the pictures and are asked", needed=needed)


def add_images(parser: argparse.ArgumentParser, why: str, *, needed: bool = True) -> None:
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR|ZIP",
        required=needed,
        help=f"{why}: a folder or zip with a folder for each class, such as Tiny ImageNet",
    )
