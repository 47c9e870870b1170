"""The bundled network: CaffeNet's topology at 64x64, there at the first start without any download."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deepvis_app.files import assets_folder
from deepvis_app.messages import ModelChoice
from deepvis_app.models.loaded import Family, ModelError, NetSpec
from deepvis_app.models.nets.caffenet64 import INPUT_SIDE, CaffeNet64
from deepvis_app.models.preprocess import Preprocess
from deepvis_app.models.random_weights import randomise
from deepvis_app.models.weights import WeightsError, load_into, read_state_dict

NAME = "caffenet64"


def _load(choice: ModelChoice) -> NetSpec:
    """Weights are in half precision on disk and loaded as float32."""
    folder = assets_folder() / "models"
    card = _card(folder / f"{NAME}.json")
    try:
        labels = tuple(str(label) for label in card["labels"])
        mean, std = tuple(map(float, card["mean"])), tuple(map(float, card["std"]))
        preprocess = Preprocess((INPUT_SIDE, INPUT_SIDE), mean=mean, std=std)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The card of {NAME} is damaged ({error}); reinstall the program.") from error
    net = CaffeNet64(len(labels))
    if choice.weights == "random":
        randomise(net, (3, INPUT_SIDE, INPUT_SIDE))
        return NetSpec(net, NAME, preprocess, labels, "random", start_layer="conv1")
    bundled = choice.weights == "default"
    path = folder / f"{NAME}.safetensors" if bundled else Path(choice.weights)
    try:
        load_into(net, read_state_dict(path), name=NAME)
    except WeightsError as error:
        raise ModelError(str(error)) from error
    return NetSpec(net, NAME, preprocess, labels, "bundled" if bundled else path.name, start_layer="conv1")


def _card(path: Path) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The bundled network's card {path} cannot be read; reinstall the program."
        ) from error
    return card


FAMILY = Family(names=lambda: [NAME], load=_load)
