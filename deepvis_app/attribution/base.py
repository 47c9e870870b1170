"""What every attribution method takes and gives back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from torch import Tensor

from deepvis_app.messages import Seed
from deepvis_app.models.loaded import LoadedModel


class SupersededError(Exception):
    """A slow method stopped half-way because nobody wants its picture any more."""


def always() -> bool:
    return True


@dataclass(frozen=True)
class Target:
    """The unit whose picture is wanted, and where in its map the backward pass starts.

    A slow method asks `wanted` now and then and raises SupersededError when it says no.
    """

    layer: str
    unit: int
    seed: Seed
    wanted: Callable[[], bool] = field(default=always, compare=False)
    alias: str = field(default="", compare=False)  # what sentences call the layer, if not by its full name

    @property
    def layer_name(self) -> str:
        return self.alias or self.layer

    @property
    def unit_name(self) -> str:
        return f"{self.layer_name}:{self.unit}"


@dataclass(frozen=True)
class Attribution:
    """What one run of a method found; all tensors are detached and lie on the model's device.

    `output` is what the classes are read from (`models.probe.class_vector`). `heat` is signed float32 at the
    network input: (C, H, W), or (1, H, W) from a map-like method.
    `activations` are the watched layers' raw outputs of this very forward pass. `gradients` are the backward
    signals there, in the same shapes, for those watched layers that lie on a path from the input to the
    target. `intercepted` counts the calls that the method's rule replaced, of the `rectifiers` ReLU-type
    calls that ran; both are 0 for a method that has no rule. `label` is how the picture may be called;
    `note` says in words why it is empty or what to keep in mind.
    """

    output: Tensor
    activations: dict[str, Tensor]
    heat: Tensor
    gradients: dict[str, Tensor]
    intercepted: int
    rectifiers: int
    label: str
    note: str


Run = Callable[[LoadedModel, Tensor, Target, Collection[str]], Attribution]


@dataclass(frozen=True)
class Method:
    """A line of the METHODS table.

    `run` takes the model, its preprocessed input (1, C, H, W), the target and the names of the layers to
    watch; it raises ValueError with a sentence for a layer or unit that is not there. `map_like`: the heat
    has one channel. `slow`: many forward passes, so not for every frame of a video.
    """

    name: str
    title: str
    run: Run
    tooltip: str
    map_like: bool = False
    slow: bool = False
