"""Priors of a chain: R(h), the code that a likely picture near h has; R(h) - h points to likelier codes."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from deepvis_app.models import LoadedModel
from precompute.generators.encoder import Encoder
from precompute.generators.store import GeneratorError
from precompute.generators.topology import AnyGenerator
from precompute.options import OptionError
from precompute.ppgn.denoiser import Denoiser, load_denoiser
from precompute.synthesis.codes import inside
from precompute.synthesis.natural import Card, encoder_for, encoder_of, network_of

JOINT, NONE = "joint", "none"


class PriorError(OptionError):
    """A prior that cannot be used; the message is one sentence for people."""


class Prior(Protocol):
    """R(h) of codes h (N, *code_shape) as the generator takes them; `pictures` (N, 3, H, W) in 0..1 are G(h), clipped
    and in the size in which the visualised network sees them.
    """

    def __call__(self, h: Tensor, pictures: Tensor) -> Tensor: ...

    def told(self) -> dict[str, Any]:
        """What a run records of it, as JSON values."""


class Joint:
    """R(h) = E(G(h)): the code that the generator's own network gives to the picture of the code.

    Generator and network together are an autoencoder of codes, with the picture in its middle (the noiseless joint
    PPGN-h of Nguyen et al. 2017, the one that was released). Raises PriorError where the two do not fit.
    """

    def __init__(self, encoder: Encoder, generator: AnyGenerator) -> None:
        if encoder.code_shape != generator.code_shape:
            raise PriorError(
                f"The generator takes codes of shape {generator.code_shape}, but {encoder.layer} of {encoder.title} "
                f"gives {encoder.code_shape}: give --prior none."
            )
        self._encoder = encoder
        self._generator = generator.to(encoder.device)
        self._side = (generator.size, generator.size)

    @torch.no_grad()
    def __call__(self, h: Tensor, pictures: Tensor) -> Tensor:
        if pictures.shape[-2:] != self._side:  # then they were resized, for another network
            pictures = inside(self._generator(h))
        return self._encoder(pictures.detach()).code.float()

    def told(self) -> dict[str, Any]:
        return {"name": JOINT, "encoder": self._encoder.title, "layer": self._encoder.layer}


class Learned:
    """R(h) is what a denoising autoencoder makes of h: (R(h) - h) / noise^2 is near the gradient of log p(h) for
    little noise (Alain & Bengio 2014).
    """

    def __init__(self, denoiser: Denoiser, card: Card) -> None:
        self._denoiser, self._card = denoiser, card

    @torch.no_grad()
    def __call__(self, h: Tensor, pictures: Tensor) -> Tensor:  # noqa: ARG002 (a Prior)
        found: Tensor = self._denoiser(h)
        return found

    def told(self) -> dict[str, Any]:
        return {name: str(self._card.get(name, "")) for name in ("name", "weights_sha256")}


class Flat:
    """R(h) = h: every code is as likely as any other."""

    def __call__(self, h: Tensor, pictures: Tensor) -> Tensor:  # noqa: ARG002 (a Prior)
        return h

    def told(self) -> dict[str, Any]:
        return {"name": NONE}


def open_prior(text: str, generator: AnyGenerator, card: Card, model: LoadedModel) -> Prior:
    """The prior that `text` names: joint, none, or the name or file of a trained denoising autoencoder.

    `card` is the generator's. Raises PriorError and DenoiserError.
    """
    if text == NONE:
        return Flat()
    if text == JOINT:
        try:
            return Joint(encoder_for(generator, card, network_of(generator, card, model)), generator)
        except GeneratorError as error:
            raise PriorError(
                f"The prior joint needs the generator's own network. {error} Or give --prior none."
            ) from error
    denoiser, of = load_denoiser(text)
    _check(denoiser, of, generator, card)
    return Learned(denoiser.to(model.device), of)


def _check(denoiser: Denoiser, of: Card, generator: AnyGenerator, card: Card) -> None:
    """Raises PriorError for a prior of other codes than the generator's."""
    name = of.get("name")
    if denoiser.code_shape != generator.code_shape:
        raise PriorError(
            f"The prior {name} is for codes of shape {denoiser.code_shape}, but the generator takes "
            f"{generator.code_shape}: train one with deepvis-precompute train-prior."
        )
    own, other = encoder_of(card), encoder_of(of)
    if not (own.get("fingerprint") and other.get("fingerprint")):
        return  # a published generator does not tell of its network: its shape must do
    if own["fingerprint"] != other["fingerprint"]:
        raise PriorError(
            f"The prior {name} was trained on codes of {other.get('title')} with other weights than the "
            "generator's own network: train one for that with deepvis-precompute train-prior."
        )
    if own.get("layer") != other.get("layer"):
        raise PriorError(
            f"The prior {name} was trained on codes of {other.get('layer')}, but the generator takes those of "
            f"{own.get('layer')}: train one with deepvis-precompute train-prior --layer {own.get('layer')}."
        )
