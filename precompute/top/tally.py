"""What a scan remembers of the maxima of all units: the best images, and how the values are spread.

Any order of merging gives the same (means and deviations up to the last bits of float64). So shards of a data
set can be scanned anywhere, as long as no image is in two of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from deepvis_app.messages import UnitStats
from precompute.top.ranking import Ranking
from precompute.top.sketch import Sketch

# Denser at the ends: the top is where preferred pictures and top images lie.
SHARES = (
    0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995,
    0.999, 1.0,
)  # fmt: skip
_DIGITS = 6  # of what is stored


@dataclass
class Tally:
    """Over all units of all scanned layers, one behind the other: tensors (units, ...) on one device.

    `count` (int64) finite maxima, their `mean` and the sum of squares about it, `scatter` (float64), and `silent`
    (int64), how many of them were not above zero.
    """

    ranking: Ranking
    sketch: Sketch
    count: Tensor
    mean: Tensor
    scatter: Tensor
    silent: Tensor

    @classmethod
    def empty(cls, units: int, n: int, device: torch.device | None = None) -> Tally:
        whole = torch.zeros(units, dtype=torch.int64, device=device)
        real = torch.zeros(units, dtype=torch.float64, device=device)
        return cls(Ranking.empty(units, n, device), Sketch.empty(units, device), whole, real, real, whole)

    def add(self, values: Tensor, images: Tensor) -> None:
        """Take in the maxima (units, N) float32 of the images (N,) int64, each of them new."""
        self.ranking.add(values, images)
        self.sketch.add(values)
        count = values.shape[1]
        mean = values.mean(1)
        if bool(mean.isfinite().all()):
            counts = torch.full_like(self.count, count)
            off = values - mean[:, None]
            silent = (values <= 0).sum(1)
        else:  # a unit with a value that is no number, or with an infinite one
            good = values.isfinite()
            counts = good.sum(1)
            mean = values.masked_fill(~good, 0).sum(1) / counts.clamp(min=1)
            off = (values - mean[:, None]).masked_fill_(~good, 0)
            silent = ((values <= 0) & good).sum(1)
        # The deviations from a mean in float32 do not sum up to quite zero; that is part of the variance's formula.
        shift = off.sum(1).double() / counts.clamp(min=1)
        scatter = off.square_().sum(1).double() - shift**2 * counts
        self._take_in(counts, mean.double() + shift, scatter, silent)

    def merge(self, other: Tally) -> Tally:
        ranking, sketch = self.ranking.merge(other.ranking), self.sketch.merge(other.sketch)
        both = Tally(ranking, sketch, self.count, self.mean, self.scatter, self.silent)
        both._take_in(other.count, other.mean, other.scatter, other.silent)
        return both

    def _take_in(self, count: Tensor, mean: Tensor, scatter: Tensor, silent: Tensor) -> None:
        """Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm" (1979), equation 2.1."""
        total = self.count + count
        step = mean - self.mean
        part = count / total.clamp(min=1)
        self.scatter = self.scatter + scatter + step**2 * self.count * part
        self.mean = self.mean + step * part
        self.count, self.silent = total, self.silent + silent

    def stats(self, units: slice) -> list[UnitStats | None]:
        """Of some units; None for one that never had a finite value."""
        part = self.of(units)
        quantiles = part.sketch.quantiles(torch.tensor(SHARES, dtype=torch.float64)).tolist()
        count = part.count.clamp(min=1)
        std, silent = (part.scatter.clamp(min=0) / count).sqrt(), part.silent / count
        rows = zip(
            part.count.tolist(), part.mean.tolist(), std.tolist(), quantiles, silent.tolist(), strict=True
        )
        return [
            UnitStats(n, rounded(m), rounded(s), tuple(zip(SHARES, map(rounded, q), strict=True)), rounded(z))
            if n
            else None
            for n, m, s, q, z in rows
        ]

    def of(self, units: slice) -> Tally:
        """The tally of some of the units, on the host."""
        return Tally._of({name: tensor[units].cpu() for name, tensor in self.tensors().items()})

    def arrays(self) -> dict[str, Tensor]:
        """All of it as tensors on the host; `from_arrays` is the inverse."""
        return {name: tensor.cpu() for name, tensor in self.tensors().items()}

    @classmethod
    def from_arrays(
        cls, found: Mapping[str, Tensor], units: int, n: int, device: torch.device | None = None
    ) -> Tally:
        """Raises ValueError for what `arrays` of a tally with so many units and n does not give."""
        for name, like in cls.empty(units, n, device).tensors().items():
            if name not in found or (found[name].shape, found[name].dtype) != (like.shape, like.dtype):
                raise ValueError(f"{name} is not what a scan of {units} units keeps")
        return cls._of({name: tensor.to(device) for name, tensor in found.items()})

    def tensors(self) -> dict[str, Tensor]:
        return {
            "keys": self.ranking.keys,
            "low": self.sketch.low,
            "high": self.sketch.high,
            "counts": self.sketch.counts,
            "count": self.count,
            "mean": self.mean,
            "scatter": self.scatter,
            "silent": self.silent,
        }

    @staticmethod
    def _of(found: Mapping[str, Tensor]) -> Tally:
        sketch = Sketch(found["low"], found["high"], found["counts"])
        sums = (found["count"], found["mean"], found["scatter"], found["silent"])
        return Tally(Ranking(found["keys"]), sketch, *sums)


def rounded(value: float) -> float:
    """To so many digits as mean something."""
    return float(f"{value:.{_DIGITS}g}")


def buffered_images(units: int) -> int:
    """After how many images a buffer of their maxima is worth adding: about 16 million values, 64 MB."""
    return max(64, min(1024, (1 << 24) // max(units, 1)))
