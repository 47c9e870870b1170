"""In which coordinates a step is taken: pixels, spatial frequencies, or their phases alone. One line in SPACES.

What is stored and what priors see are pixels in every case: a space only says what a gradient makes of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from precompute.synthesis.image import Firsts, Image, Pixels
from precompute.synthesis.spectrum import colour_axes, frequencies, magnitudes

Draw = Callable[..., Tensor]


class SpaceError(ValueError):
    """A space for something that has no such coordinates; one sentence."""


class Space(Protocol):
    """`image` is what is optimised; its codes (N, C, h, w) stay in pixels."""

    def start(self, image: Image, normal: Draw, firsts: Firsts) -> Tensor:
        """The first codes; `normal` and `firsts` are as for `Image.start`."""

    def moved(
        self, image: Image, codes: Tensor, gradient: Tensor, step: Callable[[Tensor], Tensor]
    ) -> Tensor:
        """The codes after a step; `step` makes of a gradient in the space's coordinates what is added to them."""


class Plain:
    """The codes themselves."""

    def start(self, image: Image, normal: Draw, firsts: Firsts) -> Tensor:
        return image.start(normal, firsts)

    def moved(
        self, image: Image, codes: Tensor, gradient: Tensor, step: Callable[[Tensor], Tensor]
    ) -> Tensor:
        return image.moved(codes, step(gradient))


class Fourier:
    """Real and imaginary parts of every spatial frequency, low ones moved further, by 1 over the frequency.

    The idea of Olah, Mordvintsev & Schubert 2017, "Feature visualization", section "Preconditioning": gradient ascent
    in coordinates in which photographs are white. Here they are Hartley's coefficients (the real minus the imaginary
    part), which are as many real numbers as pixels and turn into the others without changing lengths.
    """

    def start(self, image: Image, normal: Draw, firsts: Firsts) -> Tensor:
        """The noise is as strong as in pixels, but smooth."""
        begun = _pixels(image).start(_none(normal), firsts)
        return begun + _smooth(image.start(normal, firsts) - begun)

    def moved(
        self, image: Image, codes: Tensor, gradient: Tensor, step: Callable[[Tensor], Tensor]
    ) -> Tensor:
        weights = _weights(codes)
        return image.moved(codes, hartley(weights * step(weights * hartley(gradient))))


class Maco:
    """Phases of the spatial frequencies; their magnitudes are those of photographs throughout.

    Fel et al. 2023, "Unlocking feature visualization for deeper networks with magnitude constrained optimization",
    section 3.2. The gradient of each phase is divided by its magnitude, so that the strong low frequencies do not turn
    round and round while the others wait (there it is an adaptive optimiser that evens them out). Phases start at
    random, or at those of a first picture. What priors and the bounds of pixels change
    of the magnitudes is undone at the next step.
    """

    def start(self, image: Image, normal: Draw, firsts: Firsts) -> Tensor:
        pixels = _pixels(image)
        begun = pixels.start(_none(normal), firsts)
        drawn = normal(*begun.shape[1:]).to(begun) * math.pi
        given = pixels.deviations(begun).flatten(1).abs().amax(1) > 0
        phases = torch.where(given.view(-1, 1, 1, 1), _phases(pixels, begun), drawn)
        return _of_phases(pixels, phases)

    def moved(
        self, image: Image, codes: Tensor, gradient: Tensor, step: Callable[[Tensor], Tensor]
    ) -> Tensor:
        pixels = _pixels(image)
        phases = _phases(pixels, codes).requires_grad_()
        with torch.enable_grad():
            made = _of_phases(pixels, phases)
        (uphill,) = torch.autograd.grad(made, phases, gradient)
        size = magnitudes(codes.shape[-2], codes.shape[-1])[: codes.shape[1]].to(uphill)
        even = torch.where(size > 0, uphill / size, 0)
        return _of_phases(pixels, phases.detach() + step(even))


SPACES: dict[str, type[Plain | Fourier | Maco]] = {"pixels": Plain, "fourier": Fourier, "maco": Maco}


def hartley(x: Tensor) -> Tensor:
    """The orthonormal Hartley transform of (..., h, w), which is its own inverse."""
    found: Tensor = torch.fft.fft2(x, norm="ortho")
    return found.real - found.imag


def _weights(codes: Tensor) -> Tensor:
    """(h, w): 1 / frequency, the lowest one's also for the mean, with a mean square of 1."""
    height, width = codes.shape[-2:]
    weights = 1 / frequencies(height, width).clamp(min=1 / max(height, width))
    even: Tensor = weights / weights.square().mean().sqrt()
    return even.to(codes)


def _smooth(noise: Tensor) -> Tensor:
    return hartley(_weights(noise) * hartley(noise))


def _phases(pixels: Pixels, codes: Tensor) -> Tensor:
    """Half of each frequency's phase (N, C, h, w): `_of_phases` takes them and those of the negative frequency."""
    axes = _axes(codes.shape[1]).to(codes)
    along = torch.einsum("ca,nchw->nahw", axes, pixels.deviations(codes.detach()))
    phases: Tensor = torch.fft.fft2(along).angle()
    return phases / 2


def _of_phases(pixels: Pixels, phases: Tensor) -> Tensor:
    """The codes of pictures with natural magnitudes."""
    height, width = phases.shape[-2:]
    size = magnitudes(height, width)[: phases.shape[1]].to(phases)
    opposite = phases.flip(-2, -1).roll((1, 1), (-2, -1))  # of the negative frequency
    along = torch.fft.ifft2(torch.polar(size.expand_as(phases), phases - opposite), norm="ortho").real
    axes = _axes(phases.shape[1]).to(phases)
    return pixels.of_deviations(torch.einsum("ca,nahw->nchw", axes, along))


def _axes(channels: int) -> Tensor:
    """The principal colours; of one channel that channel."""
    return colour_axes() if channels == 3 else torch.ones(1, 1)


def _none(normal: Draw) -> Draw:
    """Zeros in place of noise, without drawing any."""
    count = len(normal(0))
    return lambda *shape: torch.zeros(count, *shape)


def _pixels(image: Image) -> Pixels:
    if not isinstance(image, Pixels):
        raise SpaceError("A generator's codes have no spatial frequencies: take the image pixels.")
    return image
