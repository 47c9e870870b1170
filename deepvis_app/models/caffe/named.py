"""Published Caffe networks by name, once deepvis-setup has installed them."""

from __future__ import annotations

from dataclasses import replace

from deepvis_app.messages import ModelChoice
from deepvis_app.models.caffe.family import load_caffe
from deepvis_app.models.loaded import Family, ModelError, NetSpec
from deepvis_app.models.publications import PROTOTXT, PUBLISHED, Published
from deepvis_app.models.weights import installed, store_folder


def _networks() -> dict[str, Published]:
    return {entry.name: entry for entry in PUBLISHED if entry.kind == "network"}


def _load(choice: ModelChoice) -> NetSpec:
    entry = _networks()[choice.name]
    path = installed(entry.name)
    if path is None:
        raise ModelError(f"{entry.name} is not installed: run deepvis-setup install {entry.name}.")
    if choice.weights not in ("default", "random"):
        raise ModelError(
            f"{entry.name} has its own weights; for others give caffe:PROTOTXT:{choice.weights}."
        )
    described = store_folder() / f"{entry.name}{PROTOTXT}"
    spec = load_caffe(described, None if choice.weights == "random" else path, choice.mean or entry.mean)
    return replace(spec, title=entry.name, labels=_imagenet_classes())


def _imagenet_classes() -> tuple[str, ...]:
    """In the order of ILSVRC 2012, which Caffe's and torchvision's networks share."""
    from torchvision.models import AlexNet_Weights

    return tuple(AlexNet_Weights.DEFAULT.meta["categories"])


FAMILY = Family(names=lambda: list(_networks()), load=_load, takes_mean=True)
