"""Generators on disk: half-precision weights in NAME.safetensors and a model card NAME.json beside it."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from deepvis_app.files import assets_folder, atomic_write, data_folder
from deepvis_app.models.weights import WeightsError, load_into, read_state_dict
from precompute.errors import GivenError
from precompute.generators.topology import Generator, Topology


class GeneratorError(GivenError):
    """A generator that cannot be used; the message is one sentence for people."""


def user_folder() -> Path:
    return data_folder() / "generators"


def generator_names() -> list[str]:
    """Bundled and trained ones that can be named."""
    folders = (assets_folder() / "models", user_folder())
    return sorted({path.stem for folder in folders for path in folder.glob("*.json") if card_of(path)})


def save_generator(generator: Generator, card: dict[str, Any], folder: Path, name: str) -> dict[str, Any]:
    """Write weights, code statistics and card; gives the card with name, topology and hash filled in."""
    halves = {key: value.detach().cpu().half().contiguous() for key, value in generator.state_dict().items()}
    weights = save(halves, {"name": name})
    facts = {
        "name": name,
        "kind": "generator",
        "weights_sha256": sha256(weights).hexdigest(),
        "topology": asdict(generator.topology),
    }
    card = {**facts, **card}
    for path, content in (
        (folder / f"{name}.safetensors", weights),
        (folder / f"{name}.json", (json.dumps(card, indent=1) + "\n").encode()),
    ):
        with atomic_write(path) as file:
            file.write(content)
    return card


def load_generator(name: str) -> tuple[Generator, dict[str, Any]]:
    """A bundled or trained one by name, or NAME.safetensors by path; float32, in eval mode, frozen; and its card.

    Raises GeneratorError.
    """
    path = _find(name)
    try:
        card: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if not isinstance(card, dict) or card.get("kind") != "generator":
            raise ValueError("it is not that of a generator")
        fields = dict(card["topology"])
        topology = Topology(**{**fields, "code": tuple(fields["code"])})
        with torch.device(
            "meta"
        ):  # a card that names absurd sizes asks for no memory: the weights must fit it
            generator = Generator(topology)
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RuntimeError) as error:
        why = str(error).partition("\n")[0]
        raise GeneratorError(f"The card of generator {path.stem} is missing or damaged ({why}).") from error
    try:
        load_into(generator, read_state_dict(path), name=path.stem, assign=True)
    except WeightsError as error:
        raise GeneratorError(str(error)) from error
    return generator.float().eval().requires_grad_(False), card


def _find(name: str) -> Path:
    given = Path(name).expanduser()
    if given.suffix == ".safetensors" and given.is_file():
        return given
    for folder in (user_folder(), assets_folder() / "models"):
        path = folder / f"{name}.safetensors"
        if path.is_file() and card_of(path.with_suffix(".json")):
            return path
    known = ", ".join(generator_names()) or "none yet"
    raise GeneratorError(
        f"There is no generator {name}; known are {known}. Make one with deepvis-precompute train-generator."
    )


def card_of(path: Path) -> dict[str, Any] | None:
    """What a generator's card says; None where there is none, or of something else."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return card if isinstance(card, dict) and card.get("kind") == "generator" else None
