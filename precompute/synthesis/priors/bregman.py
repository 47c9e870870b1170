"""Total variation denoising by split Bregman, for batches: the smoothest picture near another one."""

from __future__ import annotations

import torch
from torch import Tensor

from precompute.synthesis.priors.pieces import rows_at_once

# Of the linear problem's Jacobi step, over its largest eigenvalue, weight + 8 * coupling. Over 1.4 and with weights of
# 1 and less the sweeps circle about the solution.
_STEP = 1.2


def denoised(
    planes: Tensor, weight: float, sweeps: int, dual: Tensor | None = None, coupling: float | None = None
) -> tuple[Tensor, Tensor]:
    """The minimiser u of sum phi(|grad u|) + weight / 2 * |u - f|^2 for each plane f of (n, h, w), and its dual.

    Split Bregman (Goldstein & Osher 2009; Getreuer 2012, "Rudin-Osher-Fatemi total variation denoising using
    split Bregman") with the `coupling` lambda (None: 2 * weight): differences d = grad u + b shrink to
    d * lambda |d| / (1 + lambda |d|), one Jacobi step goes towards weight (u - f) + lambda grad^T (grad u - d + b) = 0.
    Shrinking in this way, isotropic and each colour alone, with 2 * weight, is that of scikit-image's
    `denoise_tv_bregman`, for which the weights of Nguyen et al. 2016 were found. So phi is |grad u| but for small
    differences: with lambda |grad u| = r^2 / (1 + r) its slope is r / (1 + r). A weight for values in 0..1 is 255
    times the one for 0..255; a small one smooths more. Beyond the border nothing changes.

    `dual` (2, n, h, w), lambda * b of a similar problem with whatever weight, saves most of the `sweeps`; it is
    changed in place. Without one, some 100 sweeps reach 1e-5 in 0..1, with a smaller coupling far fewer.
    """
    if dual is None or dual.shape[1:] != planes.shape:
        dual = planes.new_zeros(2, *planes.shape)
    solved = torch.empty_like(planes)
    size = rows_at_once(planes)
    for piece in range(0, len(planes), size):
        part = slice(piece, piece + size)
        solved[part] = _solved(planes[part], weight, coupling or 2 * weight, sweeps, dual[:, part])
    return solved, dual


def _solved(f: Tensor, weight: float, coupling: float, sweeps: int, dual: Tensor) -> Tensor:
    """The planes after the sweeps; `dual` becomes theirs."""
    step = _STEP / (weight + 8 * coupling)
    across, down = dual[0].clone(), dual[1].clone()  # zero in the last column and row, always
    spare_across, spare_down, length = torch.zeros_like(f), torch.zeros_like(f), torch.empty_like(f)
    u = _towards(f.clone(), across, down, 1 / weight)  # what solves the problem if the dual does
    for _ in range(sweeps):
        torch.add(across[..., :-1], u[..., 1:] - u[..., :-1], alpha=coupling, out=spare_across[..., :-1])
        torch.add(down[:, :-1], u[:, 1:] - u[:, :-1], alpha=coupling, out=spare_down[:, :-1])
        torch.mul(spare_across, spare_across, out=length)
        length.addcmul_(spare_down, spare_down).sqrt_().add_(1)
        spare_across.div_(length)
        spare_down.div_(length)
        # 2 new - old: from here to the next sweep's shrinking, grad u - d + b in terms of b alone
        across.lerp_(spare_across, 2)
        down.lerp_(spare_down, 2)
        u = _towards(u.lerp_(f, step * weight), across, down, step)
        across, spare_across, down, spare_down = spare_across, across, spare_down, down
    dual[0], dual[1] = across, down
    low, high = f.amin((1, 2), keepdim=True), f.amax((1, 2), keepdim=True)
    return torch.clamp(u, low, high, out=u)  # where the solution is, wherever few sweeps ended


def _towards(u: Tensor, across: Tensor, down: Tensor, step: float) -> Tensor:
    """Go from u to u - step * grad^T (across, down), in place."""
    u[..., :-1].add_(across[..., :-1], alpha=step)
    u[..., 1:].sub_(across[..., :-1], alpha=step)
    u[:, :-1].add_(down[:, :-1], alpha=step)
    u[:, 1:].sub_(down[:, :-1], alpha=step)
    return u
