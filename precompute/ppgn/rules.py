"""From the three terms of the sampler (prior, condition, noise) to the change of a code.

The paper's update is h <- h + eps1 (R(h) - h) + eps2 d log p(y | G(h)) / dh + N(0, eps3^2) (Nguyen et al. 2017, for
codes h of a generator G). The gradient's size differs by orders of magnitude from network to network and along one
chain, so neither rule here adds the terms as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from precompute.ppgn.settings import Settings
from precompute.synthesis.policies import per_picture

_TINY = 1e-30


@dataclass(frozen=True)
class Terms:
    """Of a batch of codes (N, ...): R(h) - h, the condition's gradient, and normal numbers; for each chain (N,) how
    sure the condition is, in 0..1, and the prior's weight.
    """

    pull: Tensor
    push: Tensor
    normal: Tensor
    confidence: Tensor
    prior: Tensor


def whole(terms: Terms, settings: Settings) -> Tensor:
    """The whole step levelled: h <- h + step d / mean|d| with d = eps1 pull + eps2 push + eps3 normal (released code).

    Where the class is certain its gradient is nothing, so there the prior takes all of the step over.
    """
    d = per_picture(terms.prior, terms.pull) * terms.pull
    d = d + settings.condition * terms.push + settings.noise * terms.normal
    return settings.step * _levelled(d)


def apart(terms: Terms, settings: Settings) -> Tensor:
    """Each term levelled: h <- h + step (eps1 pull / mean|pull| + eps2 sqrt(1 - p) push / mean|push|) + eps3 normal,
    p being the confidence.
    """
    doubt = settings.condition * (1 - terms.confidence).clamp(0, 1).sqrt()
    d = per_picture(terms.prior, terms.pull) * _levelled(terms.pull)
    d = d + per_picture(doubt, terms.push) * _levelled(terms.push)
    return settings.step * d + settings.noise * terms.normal


RULES: dict[str, Callable[[Terms, Settings], Tensor]] = {"whole": whole, "apart": apart}


def drawn_prior(settings: Settings, uniform: Tensor) -> Tensor:
    """The prior's weights (N,) after a reset, from numbers (N,) in 0..1."""
    low, high = settings.redraw
    if settings.redraw_log and low > 0:
        return low * torch.pow(torch.full_like(uniform, high / low), uniform)
    return low + (high - low) * uniform


def _levelled(term: Tensor) -> Tensor:
    """Each picture's divided by its mean absolute value over all elements; zero stays zero."""
    return term / per_picture(term.flatten(1).abs().mean(1) + _TINY, term)
