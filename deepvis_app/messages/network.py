"""All that is known about the running network."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from deepvis_app.messages.arrays import Box

CropPolicy = Literal["crop", "squash", "letterbox"]

# A colon behind one letter and before a slash is a Windows drive's.
_DRIVE = r"[A-Za-z]:[\\/]"
_CAFFE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"caffe:(.+\.prototxt):(.+)",
        rf"caffe:((?:{_DRIVE}|(?!{_DRIVE}))[^:]+):(.+)",
        r"caffe:(.+)()",
    )
)
_NUMBERS = re.compile(r"[-+\d., eE]+")


@dataclass(frozen=True)
class UnitRef:
    """A unit: a channel of a convolutional layer, or one output of a fully connected one."""

    layer: str
    unit: int

    def __str__(self) -> str:
        return f"{self.layer}:{self.unit}"


@dataclass(frozen=True)
class ReceptiveField:
    """The input pixels that one position of a layer can see.

    Position (y, x) sees rows `offset[0] + y * stride[0]` and on for `size[0]` pixels, columns likewise; boxes
    may reach into the padding outside the input. `whole` layers (fully connected, after global pooling or
    attention) see everything and have stride 0.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    offset: tuple[int, int]
    whole: bool = False

    def box(self, y: int, x: int) -> Box:
        """The box of position (y, x) in network-input pixels."""
        top = self.offset[0] + y * self.stride[0]
        left = self.offset[1] + x * self.stride[1]
        return top, left, top + self.size[0], left + self.size[1]


@dataclass(frozen=True)
class LayerInfo:
    """One output of the network that can be looked at.

    `shape` is without the batch: (C, H, W) maps, (C,) single values, (L, D) tokens that are shown as D maps
    over the patch grid `map_shape`. `name` is unique (a module path, with ":2" for its second call).
    """

    name: str
    alias: str  # short, for the layer bar
    kind: str  # the module's class name, e.g. "Conv2d"
    shape: tuple[int, ...]
    units: int = 0  # 0: cannot be shown, and `hidden_because` says why
    map_shape: tuple[int, int] = (1, 1)
    receptive_field: ReceptiveField | None = None  # None: not known
    is_class_layer: bool = False  # unit k is class k
    hidden_because: str = ""
    channels_last: bool = False  # the tensor itself lies as (H, W, C) or (L, D)
    # The layer whose pictures serve this one too, because this one only passes the same units on (a ReLU or max
    # pool on a convolution): what excites a unit most is the same in both. "": pictures of its own.
    pictures_of: str = ""


@dataclass(frozen=True)
class ModelChoice:
    """What to load: a MODELS name, file:PATH.py[:function] or caffe:PROTOTXT[:CAFFEMODEL], its weights, and where."""

    name: str
    weights: str = "default"  # default, random, or the path of a weights file
    device: str = "auto"  # auto, cpu, cuda, cuda:1, mps
    # Of a Caffe network: a .npy or .binaryproto file, or "104,117,123"; "": as it says or is usual. Behind a "*" what
    # pixels are multiplied by.
    mean: str = ""
    labels: str = ""  # a file with the classes' names; "": the network's own

    @property
    def caffe_files(self) -> tuple[str, str]:
        """The prototxt and the caffemodel of a caffe: name; "" for what it does not have."""
        found = next((match for form in _CAFFE if (match := form.fullmatch(self.name))), None)
        return (found[1], found[2]) if found else ("", "")

    def absolute(self) -> ModelChoice:
        """The same files whatever folder they are asked for from."""
        name = self.name
        if name.startswith("file:"):
            name = f"file:{_absolute(name.removeprefix('file:'))}"
        elif any(self.caffe_files):
            name = ":".join(["caffe", *(_absolute(file) for file in self.caffe_files if file)])
        weights = self.weights if self.weights in ("default", "random") else _absolute(self.weights)
        file, *scale = self.mean.split("*", 1)
        mean = self.mean if not file or _NUMBERS.fullmatch(file) else "*".join([_absolute(file), *scale])
        labels = self.labels and _absolute(self.labels)
        return replace(self, name=name, weights=weights, mean=mean, labels=labels)


@dataclass(frozen=True)
class ModelInfo:
    """All that the window knows about the running network."""

    choice: ModelChoice
    title: str
    layers: tuple[LayerInfo, ...]  # in execution order
    input_size: tuple[int, int]
    input_channels: int
    crop: CropPolicy
    labels: tuple[str, ...]  # () when the classes have no names
    fingerprint: str  # sha256 over the weights
    device: str
    weights: str  # what is really loaded, in words: "bundled", "random", a file name
    preprocessing: str  # in words, for the window
    start_layer: str = ""

    def layer(self, name: str) -> LayerInfo:
        """Raises KeyError for an unknown name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def label(self, unit: int) -> str:
        """The class name of an output unit, or "class K"."""
        return self.labels[unit] if unit < len(self.labels) else f"class {unit}"


@dataclass(frozen=True)
class MethodInfo:
    """What the window says about one backward method; `slow` ones are not for live video."""

    name: str  # as in the METHODS table
    title: str
    tooltip: str = ""
    slow: bool = False


def _absolute(path: str) -> str:
    return str(Path(path.strip()).expanduser().absolute())
