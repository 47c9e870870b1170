"""Every classification architecture of the installed torchvision, by torchvision's own names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from deepvis_app.messages import ModelChoice
from deepvis_app.models.loaded import Family, ModelError, NetSpec
from deepvis_app.models.preprocess import Preprocess
from deepvis_app.models.random_weights import Undrawn, randomise, seeded
from deepvis_app.models.weights import WeightsError, installed, load_into, read_state_dict

# What torchvision itself passes when it builds a network for its published weights.
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "googlenet": {"transform_input": True, "aux_logits": False, "init_weights": False},
    "inception_v3": {"transform_input": True, "aux_logits": False, "init_weights": False},
}


def names() -> list[str]:
    """Torchvision's list without its detection, segmentation, video and quantised networks."""
    from torchvision import models

    return list(models.list_models(module=models))


def build(name: str) -> nn.Module:
    """The bare architecture at the input size of its published weights, in eval mode."""
    from torchvision import models

    arguments = dict(_ARGUMENTS.get(name, {}))
    if name.startswith("vit_"):
        arguments["image_size"] = preprocess(name).input_size[0]
    net: nn.Module = models.get_model(name, weights=None, **arguments)
    return net.eval()


def preprocess(name: str) -> Preprocess:
    """As the published weights were evaluated."""
    transform = _published(name).transforms()
    side, resize = transform.crop_size[0], transform.resize_size[0]
    return Preprocess((side, side), resize=resize, mean=tuple(transform.mean), std=tuple(transform.std))


def _published(name: str) -> Any:
    from torchvision import models

    return models.get_model_weights(name).DEFAULT


def _load(choice: ModelChoice) -> NetSpec:
    name = choice.name
    path = None if choice.weights == "random" else _weights_file(choice)
    wanted = preprocess(name)
    if path is None:
        with seeded():  # position embeddings and the like are drawn while the net is built
            net = build(name)
        randomise(net, (3, *wanted.input_size))
    else:
        with Undrawn():
            net = build(name)
        try:
            load_into(net, read_state_dict(path), name=name, assign=True)
        except WeightsError as error:
            raise ModelError(str(error)) from error
    labels = tuple(_published(name).meta.get("categories", ()))
    return NetSpec(net, name, wanted, labels, path.name if path else "random")


def _weights_file(choice: ModelChoice) -> Path:
    if choice.weights != "default":
        return Path(choice.weights)
    path = installed(choice.name)
    if path is None:
        raise ModelError(
            f"The weights of {choice.name} are not installed: run deepvis-setup install {choice.name}, "
            "or choose the weights random."
        )
    return path


FAMILY = Family(names=names, load=_load)
