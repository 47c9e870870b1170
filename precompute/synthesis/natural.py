"""What DGN-AM needs to know of a generator: its step for a network, its identity, and the code of a real picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from deepvis_app.messages import F32, U8, ModelChoice
from deepvis_app.models import LoadedModel, ModelError, load_model
from deepvis_app.models.fingerprint import fingerprint
from deepvis_app.render.pictures import read_picture
from precompute.generators.encoder import Encoder, LayerError
from precompute.generators.store import GeneratorError
from precompute.generators.topology import AnyGenerator
from precompute.synthesis.policies import CodeStep
from precompute.synthesis.presets import DGN, PRESETS, TRANSFER_STEP, Preset

Card = Mapping[str, Any]


def preset_for(name: str, model: LoadedModel, card: Card) -> Preset:
    """A preset for codes, with the smaller step where the generator is that of another network."""
    preset = PRESETS[name]
    if name == DGN and not is_own(card, model):
        return replace(preset, policy=CodeStep(TRANSFER_STEP))
    return preset


def is_own(card: Card, model: LoadedModel) -> bool:
    """Whether the generator reads the code of this very network; by name where the card has no fingerprint."""
    encoder = encoder_of(card)
    if encoder.get("fingerprint"):
        return bool(encoder["fingerprint"] == model.info.fingerprint)
    return encoder.get("model") == model.info.choice.name and model.info.choice.weights == "default"


def identity(generator: AnyGenerator, card: Card) -> dict[str, str]:
    """Name and hash of the weights, as a run records them."""
    weights = str(card.get("weights_sha256") or fingerprint(generator))
    return {"name": str(card.get("name") or "unnamed"), "weights_sha256": weights}


def encoder_of(card: Card) -> Card:
    """What the card says of the network whose code the generator reads; empty where it says nothing."""
    found = card.get("encoder")
    return found if isinstance(found, Mapping) else {}


def start_code(path: Path, generator: AnyGenerator, card: Card, model: LoadedModel) -> F32:
    """The code of a picture file, as by `code_of`. Raises GeneratorError and PictureError."""
    return code_of(read_picture(path), generator, card, model)


def code_of(rgb: U8, generator: AnyGenerator, card: Card, model: LoadedModel) -> F32:
    """The code of a picture (H, W, 3), as by `coder`. Raises GeneratorError."""
    return coder(generator, card, model)(rgb)


def coder(generator: AnyGenerator, card: Card, model: LoadedModel) -> Callable[[U8], F32]:
    """What gives the code of a picture (H, W, 3), in the generator's shape, as its own network has it.

    That is `model`, or is loaded by the name on the card. It and what it returns raise GeneratorError.
    """
    name, owner = identity(generator, card)["name"], network_of(generator, card, model)
    encoder = encoder_for(generator, card, owner)

    def code(rgb: U8) -> F32:
        pixels = torch.from_numpy(owner.preprocess.pixels(rgb)).permute(2, 0, 1)[None].to(owner.device)
        with torch.no_grad():
            found: F32 = encoder(pixels.float() / 255).code[0].float().cpu().numpy()
        if found.shape != generator.code_shape:
            raise GeneratorError(
                f"Generator {name} takes codes of shape {generator.code_shape}, but {encoder.layer} of {encoder.title} "
                f"gives {found.shape}."
            )
        return found

    return code


def network_of(generator: AnyGenerator, card: Card, model: LoadedModel) -> LoadedModel:
    """The network whose code the generator reads: `model`, or one that is loaded by its name on the card.

    Raises GeneratorError.
    """
    if is_own(card, model):
        return model
    return _owner(identity(generator, card)["name"], encoder_of(card), str(model.device))


def encoder_for(generator: AnyGenerator, card: Card, owner: LoadedModel) -> Encoder:
    """What reads the generator's codes from pictures, as the network `owner` has them. Raises GeneratorError."""
    try:
        return Encoder(owner, str(encoder_of(card).get("layer", "")))
    except LayerError as error:
        name = identity(generator, card)["name"]
        raise GeneratorError(f"Generator {name} does not fit its network: {error}") from error


def _owner(name: str, encoder: Card, device: str) -> LoadedModel:
    """The network whose code the generator reads, by the name on the card. Raises GeneratorError."""
    title = str(encoder.get("model") or encoder.get("title") or "")
    cure = "start from noise, or visualise that network itself"
    if not title or not encoder.get("layer"):
        raise GeneratorError(
            f"Generator {name} does not say which network's code it reads, so no picture can be its start: "
            "start from noise."
        )
    try:
        owner = load_model(ModelChoice(title, device=device))
    except ModelError as error:
        why = str(error).rstrip(".")
        raise GeneratorError(
            f"Generator {name} reads the code of {title}, which cannot be loaded here ({why}): {cure}."
        ) from error
    if owner.info.fingerprint != encoder.get("fingerprint", owner.info.fingerprint):
        raise GeneratorError(
            f"Generator {name} reads the code of {title} with other weights than those installed: {cure}."
        )
    return owner
