"""CaffeNet's topology at 64x64 input: five convolutions, three pools, three fully connected layers.

The layer names are those of the 2012/2014 network (conv1 .. fc8, prob), so what the papers say about
"conv5" or "fc6" can be looked at here. The two local response normalisations are left out and the widths
are smaller; pooling keeps Caffe's 3x3 stride 2 windows with its round-up rule.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class _Conv:
    name: str
    width: int
    kernel: int
    stride: int = 1
    pooled: bool = False


CONVS = (
    _Conv("1", 64, 7, stride=2, pooled=True),
    _Conv("2", 128, 5, pooled=True),
    _Conv("3", 256, 3),
    _Conv("4", 256, 3),
    _Conv("5", 192, 3, pooled=True),
)
FC_WIDTH = 1024
POOL5_SIDE = 4
INPUT_SIDE = 64


class CaffeNet64(nn.Sequential):
    """Input (N, 3, 64, 64), normalised; output (N, classes) class probabilities.

    With `training_form=True` each convolution and hidden fully connected layer is followed by a batch
    norm, fc6 and fc7 by dropout, and the softmax is left out: what `precompute.training` optimises and
    then folds into the plain form.
    """

    def __init__(self, classes: int = 200, *, training_form: bool = False, dropout: float = 0.4) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        channels = 3
        for conv in CONVS:
            layers[f"conv{conv.name}"] = nn.Conv2d(
                channels, conv.width, conv.kernel, conv.stride, conv.kernel // 2
            )
            if training_form:
                layers[f"bn{conv.name}"] = nn.BatchNorm2d(conv.width)
            layers[f"relu{conv.name}"] = nn.ReLU()
            if conv.pooled:
                layers[f"pool{conv.name}"] = nn.MaxPool2d(3, 2, ceil_mode=True)
            channels = conv.width
        layers["flatten"] = nn.Flatten()
        features = channels * POOL5_SIDE**2
        for name in ("6", "7"):
            layers[f"fc{name}"] = nn.Linear(features, FC_WIDTH)
            if training_form:
                layers[f"bn{name}"] = nn.BatchNorm1d(FC_WIDTH)
            layers[f"relu{name}"] = nn.ReLU()
            if training_form:
                layers[f"drop{name}"] = nn.Dropout(dropout)
            features = FC_WIDTH
        layers["fc8"] = nn.Linear(features, classes)
        if not training_form:
            layers["prob"] = nn.Softmax(dim=1)
        super().__init__(layers)
