"""A denoising autoencoder of codes, and its files: half-precision weights in NAME.safetensors, a card in NAME.json."""

from __future__ import annotations

import json
import math
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from deepvis_app.files import atomic_write, data_folder
from deepvis_app.models.weights import WeightsError, load_into, read_state_dict
from precompute.options import OptionError

KIND = "denoiser"
LARGEST = 1 << 15  # elements of a code
_WIDTHS = (2048, 1024, 512)  # at most: PPGN-h has 2048, 1024 and 500 for 4096 elements
_SMALL = 0.1  # of the mean deviation; elements that hardly vary are not blown up beyond it


class DenoiserError(OptionError):
    """An autoencoder that cannot be used; the message is one sentence for people."""


def fits(code_shape: tuple[int, ...]) -> bool:
    return 0 < math.prod(code_shape) <= LARGEST and min(code_shape, default=0) > 0


def check_size(code_shape: tuple[int, ...], layer: str) -> None:
    """Raises DenoiserError for codes that are too large."""
    if not fits(code_shape):
        raise DenoiserError(
            f"The codes of {layer} have {math.prod(code_shape)} elements; a prior can have {LARGEST}: choose a "
            "fully connected or a pooled layer."
        )


class Denoiser(nn.Module):
    """Codes (N, *code_shape) with noise -> those without it, in the same units.

    Fully connected, three layers narrower and narrower and three wider, each half as wide as the one before it, as
    PPGN-h's. Unlike there a share of each element goes past them: what a few hundred numbers cannot tell of a
    code would be taken for noise otherwise. It reads standardised codes and predicts them: `code_mean` and
    `code_std` must be set. Raises ValueError for codes that are too large.
    """

    code_mean: Tensor
    code_std: Tensor

    def __init__(self, code_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.code_shape = code_shape
        size = math.prod(code_shape)
        if not fits(code_shape):
            raise ValueError(f"a code of shape {code_shape}")
        self.register_buffer("code_mean", torch.zeros(size))
        self.register_buffer("code_std", torch.ones(size))
        narrow = [max(min(size >> (k + 1), width), 1) for k, width in enumerate(_WIDTHS)]
        widths = [size, *narrow, *narrow[-2::-1]]
        layers: list[nn.Module] = []
        for wide, next_wide in pairwise(widths):
            layers += [nn.Linear(wide, next_wide), nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*layers, nn.Linear(widths[-1], size))
        self.past = nn.Parameter(torch.ones(size))

    @torch.no_grad()
    def begin(self, noise: float) -> None:
        """Before it has learned: the best guess that looks at one element only, 1 / (1 + noise^2) of it (Wiener)."""
        self.past.fill_(1 / (1 + noise**2))
        for weights in self.body[-1].parameters():
            weights.zero_()

    def standardised(self, codes: Tensor) -> Tensor:
        """(N, *code_shape) -> (N, elements) in standard deviations from the mean."""
        return (codes.flatten(1) - self.code_mean) / self._spread()

    def denoised(self, standardised: Tensor) -> Tensor:
        """Of standardised codes with noise, those without; the loss is the mean square of the difference."""
        found: Tensor = self.past * standardised + self.body(standardised)
        return found

    def forward(self, codes: Tensor) -> Tensor:
        found = self.denoised(self.standardised(codes)) * self._spread() + self.code_mean
        return found.view(-1, *self.code_shape)

    def _spread(self) -> Tensor:
        return self.code_std.clamp_min(_SMALL * float(self.code_std.mean()) + 1e-6)


def user_folder() -> Path:
    return data_folder() / "priors"


def save_denoiser(denoiser: Denoiser, card: dict[str, Any], folder: Path, name: str) -> dict[str, Any]:
    """Write weights and card; gives the card with name, shape and hash filled in."""
    halves = {key: value.detach().cpu().half().contiguous() for key, value in denoiser.state_dict().items()}
    weights = save(halves, {"name": name})
    digest = sha256(weights).hexdigest()
    card = {"name": name, "kind": KIND, "weights_sha256": digest, "code": list(denoiser.code_shape), **card}
    told = (json.dumps(card, indent=1) + "\n").encode()
    for suffix, content in ((".safetensors", weights), (".json", told)):
        with atomic_write(folder / f"{name}{suffix}") as file:
            file.write(content)
    return card


def load_denoiser(named: str) -> tuple[Denoiser, dict[str, Any]]:
    """A trained one by name, or NAME.safetensors by path, in float32, frozen; and its card. Raises DenoiserError."""
    given = Path(named).expanduser()
    path = given if given.suffix == ".safetensors" else user_folder() / f"{named}.safetensors"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in user_folder().glob("*.safetensors"))) or "none yet"
        raise DenoiserError(
            f"There is no prior {named!r}; known are joint, none, and of the trained ones {known}. Make one with "
            "deepvis-precompute train-prior."
        )
    try:
        card: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if not isinstance(card, dict) or card.get("kind") != KIND:
            raise ValueError("it is not that of a denoising autoencoder")
        with torch.device("meta"):  # a card that names absurd sizes asks for no memory
            denoiser = Denoiser(tuple(int(length) for length in card["code"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DenoiserError(f"The card of the prior {path.stem} is missing or damaged ({error}).") from error
    try:
        load_into(denoiser, read_state_dict(path), name=path.stem, assign=True)
    except WeightsError as error:
        raise DenoiserError(str(error)) from error
    return denoiser.float().eval().requires_grad_(False), card
