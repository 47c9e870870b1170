"""How a layer's relevance is shared among what it adds up: the formulas of layer-wise relevance propagation.

Every share is exact: what comes down sums to what came from above, whatever the biases are. A share that nothing
has a claim to goes to all alike: FLOOR of the largest value is the least that counts as an excitation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor

EPSILON = 1e-3  # of the root mean square of a layer's values
FLOOR = 1e-6

Linear = Callable[[Tensor], Tensor]


class Merged(NamedTuple):
    """A batch norm right behind the layer, as y = scale z + shift, each (C,)."""

    scale: Tensor
    shift: Tensor


def floored(x: Tensor) -> Tensor:
    """max(x, 0), lifted to FLOOR of the largest magnitude in its row (first axis)."""
    axes = tuple(range(1, x.dim()))
    return x.clamp(min=x.abs().amax(axes, keepdim=True) * FLOOR)  # vector_norm takes 20 times as long


def by_excitation(parts: Sequence[tuple[Linear, Tensor]], relevance: Tensor) -> list[Tensor]:
    """R_i = p_i sum_j c_ij R_j / sum_k c_kj p_k, for linear maps with coefficients c >= 0 of p >= 0, added up.

    One result for each part. It computes p * d/dp of sum_j z_j (R_j / z_j) with the quotients held fast.
    """
    with torch.enable_grad():
        leaves = [part.detach().requires_grad_() for _, part in parts]
        total = reduce(torch.add, (linear(leaf) for (linear, _), leaf in zip(parts, leaves, strict=True)))
        quotients = (relevance / total.detach()).nan_to_num_(0, 0, 0)
        found = torch.autograd.grad((total * quotients).sum(), leaves)
    return [leaf.detach() * slope for leaf, slope in zip(leaves, found, strict=True)]


def convolved(
    linear: Callable[[Tensor, Tensor], Tensor],
    x: Tensor,
    weight: Tensor,
    relevance: Tensor,
    merged: Merged | None,
) -> Tensor:
    """The z+ rule for linear(x, weight): by the contributions x_i w_ij > 0 alone, so that no bias has a share.

    R_i = sum_j (x_i w_ij)+ / sum_k (x_k w_kj)+ R_j: Montavon et al. 2017 (deep Taylor decomposition), where
    x >= 0; for x of both signs the rule with alpha = 1, beta = 0 of Bach et al. 2015, equation 60. A merged batch
    norm that turns signs turns the weights.
    """
    if merged is not None and (merged.scale < 0).any():
        weight = weight * merged.scale.sign().view(-1, *(1,) * (weight.dim() - 1))
    exciting = weight.clamp(min=weight.abs().amax() * FLOOR)
    parts: list[tuple[Linear, Tensor]] = [(lambda part: linear(part, exciting), floored(x))]
    if x.amin() < 0:
        turned = (-weight).clamp(min=0)
        parts.append((lambda part: linear(part, turned), (-x).clamp(min=0)))
    shares = by_excitation(parts, relevance)
    return reduce(torch.add, shares)


def by_value(linear: Linear, x: Tensor, relevance: Tensor, merged: Merged | None) -> Tensor:
    """The epsilon rule for z = linear(x), which sums over the last axis and adds a bias.

    R_i = sum_j x_i w_ij / (z_j + epsilon sign(z_j)) R_j: Bach et al. 2015, equation 58. What the bias and epsilon
    absorb there (equation 59) is given back, in proportion to |x_i|.
    """
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        z = linear(leaf)
        value = z.detach()
        if merged is not None:
            value = value * merged.scale + merged.shift
        epsilon = value.square().mean(-1, keepdim=True).sqrt() * EPSILON
        quotients = (relevance / torch.where(value < 0, value - epsilon, value + epsilon)).nan_to_num_(
            0, 0, 0
        )
        if merged is not None:
            quotients = quotients * merged.scale
        (slope,) = torch.autograd.grad((z * quotients).sum(), leaf)
    shares = x * slope
    sizes = x.abs() + torch.finfo(x.dtype).tiny
    absorbed = relevance.sum(-1, keepdim=True) - shares.sum(-1, keepdim=True)
    return shares + absorbed * (sizes / sizes.sum(-1, keepdim=True))


def first_share(x: Tensor, other: Tensor) -> Tensor:
    """x+ / (x+ + other+), what the first of two summands gets, in the shape of their sum; in 0..1."""
    first, second = floored(x), floored(other)
    return (first / (first + second)).nan_to_num_(0.5)
