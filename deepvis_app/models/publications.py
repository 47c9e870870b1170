"""The PUBLISHED table: networks and generators that others publish elsewhere than in torchvision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_BVLC = "http://dl.caffe.berkeleyvision.org"
_CAFFE = "https://raw.githubusercontent.com/BVLC/caffe/master/models"
_FREIBURG = "https://lmb.informatik.uni-freiburg.de/resources/binaries/arxiv2016_alexnet_inversion_with_gans"
_RANGES = "https://raw.githubusercontent.com/Evolving-AI-Lab/synthesizing/master/act_range/3x"
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


def _deepsim(layer: str, bounds: str = "") -> Published:
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
    _deepsim("fc6", bounds="fc6"),
    _deepsim("fc7", bounds="fc7"),
    _deepsim("fc8", bounds="fc8"),
    _deepsim("pool5", bounds="conv5"),  # which has pool5's 9216 numbers: their other files are equal
    _deepsim("conv4"),  # whose file has one number for each channel only
    _deepsim("conv3", bounds="conv3"),
)
