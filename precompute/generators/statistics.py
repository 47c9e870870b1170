"""How the codes of the published generators are distributed: from a bounds file, or as known on average."""

from __future__ import annotations

from pathlib import Path

import torch

from precompute.generators.store import GeneratorError
from precompute.generators.topology import AnyGenerator

_DEVIATIONS = 3.0  # of a bounds file, and of upper_bound()
_LARGEST = 1 << 24  # bytes
# CaffeNet's layer -> mean and standard deviation of its units over ImageNet's validation pictures, averaged over the
# units; from the range files of Nguyen et al. 2016 (their numbers are cut to whole ones: half is added to the means).
# Of conv4 only mean + 3 std is known (46.4); its parts are taken in conv3's proportion.
STATISTICS: dict[str, tuple[float, float]] = {
    "fc6": (1.13, 3.74),
    "fc7": (0.34, 1.18),
    "fc8": (0.0, 3.0),
    "pool5": (5.18, 12.26),
    "conv3": (10.2, 19.7),
    "conv4": (6.9, 13.2),
}


def set_statistics(generator: AnyGenerator, layer: str, bounds: Path | None = None) -> None:
    """Fill in code_mean and code_std; a layer that is not known keeps 0 and 1.

    `bounds` is a range file of Nguyen et al. 2016 (act_range/3x/fc6.txt): one line with mean + 3 std of every element
    of the code. With it `upper_bound()` is that file's; the mean is still the layer's. Raises GeneratorError.
    """
    mean, std = STATISTICS.get(layer, (0.0, 1.0))
    generator.code_mean.fill_(mean)
    generator.code_std.fill_(std)
    if bounds is not None:
        upper = _numbers(bounds, generator.code_mean.numel()).view(generator.code_shape)
        generator.code_mean.copy_(torch.minimum(generator.code_mean, upper))
        generator.code_std.copy_((upper - generator.code_mean) / _DEVIATIONS)


def _numbers(path: Path, count: int) -> torch.Tensor:
    try:
        if path.stat().st_size > _LARGEST:
            raise GeneratorError(f"{path.name} is too large for a bounds file.")
        values = torch.tensor([float(word) for word in path.read_text(encoding="ascii").split()])
    except OSError as error:
        raise GeneratorError(f"Cannot read the bounds {path} ({error.strerror}); check the path.") from error
    except ValueError as error:
        raise GeneratorError(
            f"{path.name} is no bounds file: it must hold numbers with spaces between."
        ) from error
    if len(values) != count:
        raise GeneratorError(f"{path.name} has {len(values)} bounds, but the code has {count} elements.")
    if not values.isfinite().all():
        raise GeneratorError(f"{path.name} has bounds that are no numbers.")
    return values
