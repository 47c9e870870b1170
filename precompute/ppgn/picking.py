"""Which samples are kept: as different from each other as they are, and none twice."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def picked(codes: Tensor, count: int, alike: float) -> list[int]:
    """Rows of codes (N, ...): the first, then again and again the one that is least like those already picked.

    Two codes are as alike as the cosine between them says. It ends at `count` rows, or when every one that is left is
    more than `alike` to one of them: a chain that mixes slowly gives nearly the same state many times.
    """
    if not len(codes):
        return []
    flat = F.normalize(codes.flatten(1).float(), dim=1)
    rows = [0]
    likeness = flat @ flat[0]
    while len(rows) < count:
        likeness[rows] = torch.inf
        best = int(likeness.argmin())
        if float(likeness[best]) > alike:
            break
        rows.append(best)
        likeness = torch.maximum(likeness, flat @ flat[best])
    return rows
