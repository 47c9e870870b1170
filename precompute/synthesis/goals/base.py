"""What a line of the GOALS table is, and what it makes of the options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from precompute.errors import GivenError
from precompute.options import OptionError, Target, target

if TYPE_CHECKING:
    from precompute.publish.sheet import Tile
    from precompute.synthesis.maker import Made
    from precompute.synthesis.objectives import Objective
    from precompute.synthesis.part import AnyParts


class DreamError(GivenError):
    """What cannot be dreamt, in one sentence."""


@dataclass(frozen=True)
class Result:
    """What came out for one seed: figures as JSON values, and files by what they have behind the seed (".png")."""

    seed: int
    figures: Mapping[str, Any]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Told:
    """What is told of all results: with `tiles` a sheet, row by row; `figures` are of what all have in common.

    `side` is that of a tile in pixels, and so the room for the words below it.
    """

    results: Sequence[Result]
    figures: Mapping[str, Any] = field(default_factory=dict)
    tiles: Sequence[Tile] = ()
    columns: int = 1
    side: int = 128
    explained: str = ""
    said: str = ""  # the main figures in a sentence


def pictures(made: Sequence[Made]) -> Told:
    """A PNG for each picture that came out."""
    return Told([Result(one.task.seed, basics(one), picture_files(one)) for one in made])


def basics(one: Made) -> dict[str, Any]:
    """What is told of every picture: the objective's value, some of those on the way, and what went wrong."""
    return {"value": round(one.value, 5), "trace": list(one.trace), "failed": one.reason}


def picture_files(one: Made) -> dict[str, bytes]:
    from precompute.publish.pictures import encode_exact

    return {} if one.rgb is None or one.reason else {".png": encode_exact(one.rgb, "png")}


@dataclass(frozen=True)
class Aimed:
    """What is climbed at a layer, once the network is there.

    `facts` are those of the run's parameters that decide about it. `unit` is what the pictures' tasks are of, where
    the objective looks at one. `parts` runs the network; None: as for any. `tell` makes what is written.
    """

    objective: Objective
    facts: Mapping[str, Any] = field(default_factory=dict)
    unit: int = 0
    parts: AnyParts | None = None
    tell: Callable[[Sequence[Made]], Told] = pictures


def no_options(parser: argparse.ArgumentParser) -> None:
    """Nothing of its own."""


def on_one_layer(options: argparse.Namespace) -> Target:
    """The network and the layer that --layers names. Raises ModelError and OptionError."""
    sentence = "dream works on one layer: name it with --layers, such as conv4."
    if not options.layers:
        raise OptionError(sentence)
    job = target(argparse.Namespace(**{**vars(options), "units": "all"}))
    if len(job.layers) != 1:
        raise OptionError(sentence)
    return job


@dataclass(frozen=True)
class Goal:
    """A line of the GOALS table.

    `preset` is the one for pixels that suits it. `of_picture`: the picture FILE is what it is of, and not where
    pictures begin. `add_arguments` adds options of its own, which `own` names as the namespace has them, with no value
    (None, "", [] or False) unless they are given; other goals refuse them. `needs` are those that must be given.
    `open` loads the network and finds the layer; slow modules are imported inside it and `aim`, and both may raise
    the errors that `precompute.command` knows.
    """

    name: str
    help: str
    preset: str
    aim: Callable[[argparse.Namespace, Target], Aimed]
    of_picture: bool = False
    add_arguments: Callable[[argparse.ArgumentParser], None] = no_options
    own: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    open: Callable[[argparse.Namespace], Target] = on_one_layer
