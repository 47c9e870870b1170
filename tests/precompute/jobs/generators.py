"""A generator for the bundled network, on disk where the jobs look for it."""

from __future__ import annotations

from typing import Any

import torch

from deepvis_app.messages import ModelChoice
from deepvis_app.models import LoadedModel, load_model
from precompute.generators.store import save_generator, user_folder
from tests.precompute.synthesis.generators import of_family

NAME = "small"


def bundled() -> LoadedModel:
    return load_model(ModelChoice("caffenet64", device="cpu"))


def save(name: str = NAME, code: tuple[int, ...] = (1024,), **encoder: object) -> dict[str, Any]:
    """A random generator of fc6's codes, in the user's folder; its card."""
    generator = of_family(code)
    generator.code_std.copy_(torch.linspace(0.1, 1.1, code[0]).view(-1, *[1] * (len(code) - 1)).expand(code))
    of = {"title": "caffenet64", "fingerprint": bundled().info.fingerprint, "layer": "relu6"}
    return save_generator(generator, {"encoder": {**of, **encoder}}, user_folder(), name)
