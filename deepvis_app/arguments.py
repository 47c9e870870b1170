"""The words of the command line, as a record."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from deepvis_app import __version__

_SIZE = re.compile(r"(\d+)x(\d+)")


@dataclass(frozen=True)
class Options:
    """What was asked for; None where nothing was said."""

    source: str | None = None
    model: str | None = None
    weights: str | None = None
    device: str | None = None
    mean: str | None = None
    labels: str | None = None
    layer: str | None = None
    unit: int | None = None
    method: str | None = None
    view: str | None = None
    theme: str | None = None
    config: Path | None = None
    screenshot: Path | None = None
    frames: int = 1
    size: tuple[int, int] | None = None  # width, height
    as_json: bool = False
    overview: bool = False
    pattern: str = ""


def parse(words: list[str]) -> Options:
    """Exits with status 2 and a usage line when the words make no sense."""
    found = _parser().parse_args(words)
    given = {k: v for k, v in vars(found).items() if k != "positional_source"}
    given["source"] = found.source or found.positional_source
    return Options(**given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deepvis",
        description="See a convolutional network at work. `deepvis doctor` checks the installation.",
    )
    parser.add_argument("--version", action="version", version=f"deepvis {__version__}")
    parser.add_argument(
        "positional_source",
        nargs="?",
        metavar="SOURCE",
        help="a picture, folder, video, image list, URL, camera[:N], samples or pattern",
    )
    parser.add_argument("--source", help="the same as SOURCE")
    parser.add_argument(
        "--model",
        help="caffenet64, a torchvision name, an installed one, file:PATH.py[:function], or "
        "caffe:DEPLOY.prototxt:WEIGHTS.caffemodel",
    )
    parser.add_argument("--weights", help="default, random, or a .safetensors, .pth or .caffemodel file")
    parser.add_argument(
        "--mean",
        metavar="FILE",
        help="of a Caffe network: .binaryproto, .npy or 104,117,123 (BGR); with *X behind it, times X",
    )
    parser.add_argument("--labels", metavar="FILE", help="the classes' names, one on each line")
    parser.add_argument("--device", help="auto, cpu, cuda, cuda:1, mps")
    parser.add_argument("--layer", help="the layer to show, by name or alias")
    parser.add_argument("--unit", type=int, help="the unit to select")
    parser.add_argument("--method", help="off, gradient, deconv, guided, ...: show where the unit looks")
    parser.add_argument("--view", help="how the backward picture is drawn: raw, gray, norm, ...")
    parser.add_argument("--overview", action="store_true", help="show all layers at once")
    parser.add_argument(
        "--pattern",
        choices=("am", "dgn-am", "top"),
        default="",
        help="show every unit's picture of this kind",
    )
    parser.add_argument("--theme", choices=("system", "light", "dark"))
    parser.add_argument("--config", type=Path, help="a settings file (TOML)")
    shot = parser.add_argument_group("without a window")
    shot.add_argument(
        "--screenshot", type=_png, metavar="OUT.png", help="render the window to a file and exit"
    )
    shot.add_argument(
        "--frames", type=_positive, default=1, help="take the picture at this frame (default 1)"
    )
    shot.add_argument("--size", type=_size, metavar="WxH", help="window size in pixels, e.g. 1280x800")
    shot.add_argument("--json", dest="as_json", action="store_true", help="print what was computed")
    return parser


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text)
    if match is None or not all(200 <= int(part) <= 16384 for part in match.groups()):
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT with each between 200 and 16384")
    return int(match[1]), int(match[2])


def _png(text: str) -> Path:
    if not text.lower().endswith(".png"):
        raise argparse.ArgumentTypeError(
            f"{text!r}: the picture is a PNG; give it a name that ends with .png"
        )
    return Path(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
