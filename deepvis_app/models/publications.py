"""The PUBLISHED table: networks and generators that others publish elsewhere than in torchvision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_BVLC = "http://dl.caffe.berkeleyvision.org"
_CAFFE = "https://raw.githubusercontent.com/BVLC/caffe/master/models"
_FREIBURG = "https://lmb.informatik.uni-freiburg.de/resources/binaries/arxiv2016_alexnet_inversion_with_gans"
_RANGES = "https://raw.githubusercontent.com/Evolving-AI-Lab/synthesizing/master/act_range/3x"
Shape = tuple[int, ...]
_FC = (4096, 4096)
# Of the weights of each layer, biases left out; deconvolutions have their inputs first, as in Caffe.
_CAFFENET: tuple[Shape, ...] = (
    (96, 3, 11, 11), (256, 48, 5, 5), (384, 256, 3, 3), (384, 192, 3, 3), (256, 192, 3, 3), (4096, 9216), _FC,
    (1000, 4096),
)  # fmt: skip
_TRUNK: tuple[Shape, ...] = (
    (256, 512, 3, 3), (512, 256, 4, 4), (256, 256, 3, 3), (256, 128, 4, 4), (128, 128, 3, 3), (128, 64, 4, 4),
    (64, 32, 4, 4), (32, 3, 4, 4),
)  # fmt: skip
_FROM_FC: tuple[Shape, ...] = (_FC, _FC, (256, 256, 4, 4), *_TRUNK)  # behind the first layer
_FROM_POOL: tuple[Shape, ...] = (
    (512, 256, 3, 3), (512, 512, 3, 3), (512, 512, 3, 3), (512, 256, 4, 4), *_TRUNK,
)  # fmt: skip
_FROM_CONV: tuple[Shape, ...] = (
    (384, 384, 3, 3), (512, 384, 3, 3), (512, 512, 2, 2), (512, 256, 4, 4), (256, 256, 3, 3), (256, 128, 4, 4),
    (128, 128, 3, 3), (128, 128, 4, 4), (128, 128, 3, 3), (128, 64, 4, 4), (32, 64, 3, 3), (32, 16, 4, 4),
    (3, 16, 3, 3),
)  # fmt: skip
_MEAN = "104.007,116.669,122.679"  # of ILSVRC 2012's mean picture
PROTOTXT, BOUNDS = ".prototxt", ".bounds.txt"


@dataclass(frozen=True)
class Beside:
    """A small file that is stored as NAME + suffix beside the weights."""

    suffix: str
    url: str


@dataclass(frozen=True)
class Published:
    """A file that others publish.

    `size` in bytes (0: not known); `sha256` in hex, whole or how it begins, and `sha1`, "" where nobody states them.
    `shapes` are those of the weights of its layers, in their order, where no SHA-1 is stated that says more.
    `member` is how the path of the weights ends inside a zip file. `mean` is a network's, in the order of its channels.
    """

    name: str
    url: str
    size: int
    sha256: str = ""
    licence: str = ""
    licence_must_be_accepted: bool = False
    sha1: str = ""
    member: str = ""
    beside: tuple[Beside, ...] = ()
    mean: str = ""
    kind: Literal["network", "generator"] = "network"
    shapes: tuple[Shape, ...] = ()


_UNRESTRICTED = "released by the Berkeley Vision and Learning Center for unrestricted use"
_UNSTATED = (
    "the author states none for these weights, which were trained on ImageNet: "
    "research and education, not for commercial use"
)
_DEEPSIM = (
    "for research purposes only and without warranty; commercial use needs the consent of the Computer Vision Group of "
    "the University of Freiburg (lmb.informatik.uni-freiburg.de); cite Dosovitskiy & Brox 2016 (arXiv:1602.02644)"
)


def _bvlc(name: str, folder: str, size: int, sha1: str, mean: str) -> Published:
    return Published(
        name,
        f"{_BVLC}/{folder}.caffemodel",
        size,
        licence=_UNRESTRICTED,
        sha1=sha1,
        beside=(Beside(PROTOTXT, f"{_CAFFE}/{folder}/deploy.prototxt"),),
        mean=mean,
    )


def _deepsim(layer: str, shapes: tuple[Shape, ...], bounds: str = "") -> Published:
    """`bounds` is the range file that has one number for each element of the code, where there is one."""
    return Published(
        f"deepsim-{layer}",
        f"{_FREIBURG}/release_deepsim_v0.zip",
        0,
        licence=_DEEPSIM,
        licence_must_be_accepted=True,
        member=f"{layer}/generator.caffemodel",
        beside=(Beside(BOUNDS, f"{_RANGES}/{bounds}.txt"),) if bounds else (),
        kind="generator",
        shapes=shapes,
    )


PUBLISHED: tuple[Published, ...] = (
    Published(
        "caffenet-yos",  # the 2015 toolbox's network; its layers are those of BVLC's CaffeNet
        "https://c.yosinski.com/caffenet-yos-weights",
        243_860_000,
        licence=_UNSTATED,
        licence_must_be_accepted=True,
        beside=(Beside(PROTOTXT, f"{_CAFFE}/bvlc_reference_caffenet/deploy.prototxt"),),
        mean=_MEAN,
        shapes=_CAFFENET,
    ),
    _bvlc(
        "bvlc-caffenet",
        "bvlc_reference_caffenet",
        243_862_414,
        "4c8d77deb20ea792f84eb5e6d0a11ca0a8660a46",
        _MEAN,
    ),
    _bvlc("bvlc-alexnet", "bvlc_alexnet", 243_862_418, "9116a64c0fbe4459d18f4bb6b56d647b63920377", _MEAN),
    _bvlc(
        "bvlc-googlenet",
        "bvlc_googlenet",
        53_533_754,
        "405fc5acd08a3bb12de8ee5e23a96bec22f08204",
        "104,117,123",
    ),
    _deepsim("fc6", (_FC, *_FROM_FC), bounds="fc6"),
    _deepsim("fc7", (_FC, *_FROM_FC), bounds="fc7"),
    _deepsim("fc8", ((4096, 1000), *_FROM_FC), bounds="fc8"),
    _deepsim(
        "pool5", _FROM_POOL, bounds="conv5"
    ),  # which has pool5's 9216 numbers: their other files are equal
    _deepsim("conv4", _FROM_CONV),  # whose file has one number for each channel only
    _deepsim("conv3", _FROM_CONV, bounds="conv3"),
)
