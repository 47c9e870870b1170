"""Open any generator by what a person calls it: a bundled or trained name, a published one, or files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from deepvis_app.messages import ModelChoice
from deepvis_app.models.caffe.errors import CaffeError
from deepvis_app.models.caffe.family import PREFIX, read_net
from deepvis_app.models.caffe.network import CaffeNet
from deepvis_app.models.publications import BOUNDS, PUBLISHED
from deepvis_app.models.weights import installed
from precompute.generators.published import MEAN_RGB, load_published
from precompute.generators.published import PUBLISHED as TOPOLOGIES
from precompute.generators.statistics import STATISTICS, set_statistics
from precompute.generators.store import GeneratorError, load_generator
from precompute.generators.topology import AnyGenerator

_CONVERSIONS = (".caffemodel", ".pt", ".pth")
_CAFFENET = "bvlc-caffenet"  # as MODELS names it, where it is installed


def open_generator(text: str, bounds: Path | None = None) -> tuple[AnyGenerator, dict[str, Any]]:
    """The generator that `text` names, in eval mode, frozen, on the CPU; and its card.

    `text` is a bundled or trained name, a path of a .safetensors with its card, an installed published name
    (deepsim-fc6), a published generator's .caffemodel, .pt, .pth or .safetensors, or caffe:PROTOTXT:CAFFEMODEL for any
    other. Whatever it is, it paints RGB in 0..1 from raw codes. `bounds` is a range file for a published one's codes;
    without it NAME.bounds.txt beside the weights counts, and then what `STATISTICS` says of the layer on average.
    card["encoder"] has "layer", "fingerprint", and "model" (a name in MODELS) where they are known. Raises
    GeneratorError.
    """
    if text.startswith(PREFIX):
        return _of_caffe(text, bounds)
    path = Path(text).expanduser()
    if path.suffix in _CONVERSIONS or (
        path.suffix == ".safetensors" and not path.with_suffix(".json").is_file()
    ):
        return _published(path, "", bounds)
    if text in (names := [entry.name for entry in PUBLISHED if entry.kind == "generator"]):
        weights = installed(text)
        if weights is None:
            raise GeneratorError(f"{text} is not installed: run deepvis-setup install {text}.")
        return _published(weights, text.rpartition("-")[2], bounds)
    if bounds is not None:
        raise GeneratorError(f"{text} brings the bounds of its codes; others are for published generators.")
    try:
        return load_generator(text)
    except GeneratorError as error:
        published = (
            f" Published ones are {', '.join(names)}." if "There is no generator" in str(error) else ""
        )
        raise GeneratorError(f"{error}{published}") from error


def _published(path: Path, layer: str, bounds: Path | None) -> tuple[AnyGenerator, dict[str, Any]]:
    if not path.is_file():
        raise GeneratorError(f"There is no file {path}; check the path.")
    beside = path.with_suffix(BOUNDS)
    generator = load_published(layer, path, bounds or (beside if beside.is_file() else None))
    return generator, _card(path.stem, generator.layer)


def _of_caffe(text: str, bounds: Path | None) -> tuple[AnyGenerator, dict[str, Any]]:
    described, weights = ModelChoice(text).caffe_files
    if not weights:
        raise GeneratorError(f"{text} is not of the form caffe:PROTOTXT:CAFFEMODEL.")
    try:
        net, _ = read_net(Path(described).expanduser(), Path(weights).expanduser())
    except CaffeError as error:
        raise GeneratorError(str(error)) from error
    generator = CaffeGenerator(net)
    layer = _layer_of(generator.code_shape, text)
    set_statistics(generator, layer, bounds)
    return generator.eval().requires_grad_(False), _card(Path(weights).stem, layer)


class CaffeGenerator(AnyGenerator):
    """Any Caffe network from a code to a picture in BGR, 0..255 minus ImageNet's mean colour. Raises GeneratorError."""

    mean: torch.Tensor

    def __init__(self, net: CaffeNet) -> None:
        code = net.input_shape[1:]
        with torch.no_grad():
            painted = net(torch.zeros(1, *code))
        if painted.dim() != 4 or painted.shape[1] != 3 or painted.shape[2] != painted.shape[3]:
            made = " x ".join(map(str, painted.shape[1:]))
            raise GeneratorError(
                f"This network gives {made}, not a square picture of three colours; it is no generator."
            )
        super().__init__(code, painted.shape[2])
        self.net = net
        self.register_buffer("mean", torch.tensor(MEAN_RGB).view(1, 3, 1, 1), persistent=False)

    def forward(self, code: torch.Tensor) -> torch.Tensor:
        bgr: torch.Tensor = self.net(code)
        return (bgr.flip(1) + self.mean) / 255


def _layer_of(code: tuple[int, ...], text: str) -> str:
    """CaffeNet's layer with codes of this shape, the one that the files are called after where there are two."""
    fitting = [layer for layer in STATISTICS if TOPOLOGIES[layer][0] == code]
    return next((layer for layer in fitting if layer in text), fitting[0] if fitting else "")


def _card(name: str, layer: str) -> dict[str, Any]:
    known = {"model": _CAFFENET, "layer": layer} if layer else {}
    encoder = {"title": "CaffeNet", **known}
    return {"name": name, "kind": "generator", "encoder": encoder}
