"""Maps of single units that match drawn ones: where the unit shall fire, and where not."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError, Target
from precompute.synthesis.goals.base import Aimed, Goal, Result, Told, basics, picture_files
from precompute.synthesis.goals.looking import maps_seen
from precompute.synthesis.recipe import above

if TYPE_CHECKING:
    from torch import Tensor

    from deepvis_app.messages import F32, LayerInfo
    from precompute.synthesis.maker import Made
    from precompute.synthesis.objectives import Objective
    from precompute.synthesis.part import Parts

_TINY = 1e-12


def matching(targets: Mapping[int, Tensor]) -> Objective:
    """Minus the mean over units of |error| / |target|, unit -> target (h, w) at or above 0: 0 for maps that match.

    The error is map - target; where the target is 0 only what is above it counts, so that a unit which is off (before
    a ReLU: below 0) is as wanted. Nguyen et al. 2019, section 5: "a target spatial feature map of a convolutional
    layer"; distance and its length as for `inversion`.
    """
    import torch

    from precompute.synthesis.objectives import Objective

    numbers, wanted = list(targets), torch.stack(list(targets.values())).float()
    sizes = wanted.flatten(1).norm(dim=1).clamp(min=_TINY)

    def value(maps: Tensor, units: Tensor) -> Tensor:  # noqa: ARG001 (an Objective's)
        errors = maps[:, numbers].float() - wanted
        errors = torch.where(wanted > 0, errors, errors.clamp(min=0))
        distances: Tensor = (errors.flatten(2).square().sum(2) + _TINY).sqrt()
        away_by: Tensor = -(distances / sizes).mean(1)
        return away_by

    return Objective(
        value, "minus the distance from the drawn maps, in their length", whole_map=True, of_unit=False
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--map", action="append", default=[], metavar="UNIT:FILE.png",
        help="with --goal map: a grey picture over the unit's map, white where it shall fire and black where not; may "
        "come several times")  # fmt: skip
    add("--level", type=above(0.0), metavar="X",
        help="with --goal map: a unit's value where it is white (default: its largest known value, or else what "
        "photographs give)")  # fmt: skip


def _aim(options: argparse.Namespace, job: Target) -> Aimed:
    """Raises OptionError and PictureError."""
    from precompute.synthesis.part import Parts

    layer, parts = job.layers[0], Parts(job.model)
    if layer.map_shape[0] * layer.map_shape[1] < 2:
        raise OptionError(f"{layer.alias} has single values and no maps: name a convolution with --layers.")
    masks = _masks(options.map, layer)
    levels = _levels(options.level, job, list(masks), parts)
    targets = {unit: masks[unit] * levels[unit] for unit in masks}
    facts = {
        "maps": {str(unit): _hash(mask) for unit, mask in masks.items()},
        "levels": {str(unit): round(level, 5) for unit, level in levels.items()},
    }

    def tell(made: Sequence[Made]) -> Told:
        return _told(made, job, parts, targets)

    on_device = {unit: _tensor(target, job) for unit, target in targets.items()}
    return Aimed(matching(on_device), facts, next(iter(masks)), parts, tell)


def _masks(texts: Sequence[str], layer: LayerInfo) -> dict[int, F32]:
    """Unit -> what is drawn, in 0..1, in the size of the layer's map. Raises OptionError and PictureError."""
    from precompute.options import chosen_units

    found: dict[int, F32] = {}
    for text in texts:
        number, colon, file = text.partition(":")
        if not colon or not number.isdecimal() or not file:
            raise OptionError(f"--map {text!r} is not of the form UNIT:FILE.png, such as 13:left.png.")
        (unit,) = chosen_units(layer, number)
        if unit in found:
            raise OptionError(f"--map names unit {unit} twice.")
        found[unit] = _mask(Path(file), layer.map_shape)
    return found


def _mask(path: Path, size: tuple[int, int]) -> F32:
    """The means of the picture's brightness over each position of a map. Raises OptionError where all is black."""
    import numpy as np
    from PIL import Image

    from deepvis_app.render.pictures import read_picture

    grey = Image.fromarray(read_picture(path)).convert("L")
    small = grey.resize((size[1], size[0]), Image.Resampling.BOX)
    mask = np.asarray(small, np.float32) / 255
    if not mask.any():
        raise OptionError(f"{path.name} is black everywhere: draw white where the unit shall fire.")
    return mask.astype(np.float32)


def _levels(level: float | None, job: Target, units: Sequence[int], parts: Parts) -> dict[int, float]:
    """Of each unit the value where its map is white. Raises OptionError where nothing is known that excites it."""
    from precompute.synthesis.pairs import largest

    layer = job.layers[0]
    if level is not None:
        return dict.fromkeys(units, level)
    known = largest(job.known_stats()[layer.name])
    if any(unit not in known for unit in units):
        seen = _of_photographs(job, parts)
        known = {**{unit: value for unit, value in enumerate(seen) if value > 0}, **known}
    for unit in units:
        if unit not in known:
            raise OptionError(
                f"No photograph excites unit {unit} of {layer.alias}: say its value with --level X."
            )
    return {unit: known[unit] for unit in units}


def _of_photographs(job: Target, parts: Parts) -> list[float]:
    """The largest value of every unit over the built-in photographs."""
    import torch

    from deepvis_app.render.pictures import PictureError
    from deepvis_app.render.samples import SAMPLES, sample

    run, rows = parts.of(job.layers[0], whole_map=True).run, []
    for name in SAMPLES:
        try:
            rgb = sample(name)
        except PictureError:  # an installed library may lack it
            continue
        with torch.no_grad():
            rows.append(run(job.model.preprocess(rgb, job.model.device)).float().amax((0, 2, 3)))
    values: list[float] = torch.stack(rows).amax(0).tolist() if rows else []
    return values


def _told(made: Sequence[Made], job: Target, parts: Parts, targets: Mapping[int, F32]) -> Told:
    """Of each picture as it is shown how its maps are like the drawn ones; a sheet of both."""
    import numpy as np

    from precompute.publish.sheet import Tile

    wanted = [
        Tile(_grey(target, target.max()), f"unit {unit}", "as drawn") for unit, target in targets.items()
    ]
    tiles, results = [], []
    for one in made:
        figures: dict[str, Any] = basics(one)
        tiles += wanted
        tiles.append(Tile(one.rgb, f"seed {one.task.seed}", f"value {one.value:.3f}"))
        if one.rgb is None:
            tiles += [Tile(None, "no picture", one.reason) for _ in targets]
        else:
            maps = maps_seen(one.rgb, job, parts)[0].cpu().numpy()
            likeness = {unit: _likeness(maps[unit], target) for unit, target in targets.items()}
            figures["correlation"] = {str(unit): round(value, 4) for unit, value in likeness.items()}
            tiles += [
                Tile(_grey(maps[unit], target.max()), f"unit {unit}", f"correlation {likeness[unit]:.2f}")
                for unit, target in targets.items()
            ]
        results.append(Result(one.task.seed, figures, picture_files(one)))
    every = [value for result in results for value in result.figures.get("correlation", {}).values()]
    said = f"Correlation of the maps with the drawn ones {np.mean(every):.2f}." if every else ""
    explained = (
        "A row is a seed: the maps as drawn, the picture, and the units' maps of it as it is shown, from 0 (black) to "
        "the level that was wanted (white)."
    )
    return Told(results, {}, tiles, 2 * len(targets) + 1, explained=explained, said=said)


def _likeness(found: F32, wanted: F32) -> float:
    """Pearson's correlation of what is above 0 with the target; 0 where either is the same everywhere."""
    import numpy as np

    above_zero = found.clip(min=0)
    if above_zero.std() == 0 or wanted.std() == 0:
        return 0.0
    return float(np.corrcoef(above_zero.ravel(), wanted.ravel())[0, 1])


def _grey(values: F32, top: float) -> Any:
    import numpy as np

    grey = (values / max(float(top), _TINY) * 255).clip(0, 255).round().astype(np.uint8)
    grey = np.kron(grey, np.ones((max(1, 64 // len(grey)),) * 2, np.uint8))  # in squares, not smoothed
    framed = np.pad(grey, 1, constant_values=128)  # white maps lie on white paper
    return np.repeat(framed[..., None], 3, 2)


def _tensor(target: F32, job: Target) -> Tensor:
    import torch

    return torch.from_numpy(target).to(job.model.device)


def _hash(mask: F32) -> str:
    from hashlib import sha256

    return sha256(mask.tobytes()).hexdigest()[:16]


GOAL = Goal(
    "map", "units' maps that match those drawn with --map UNIT:FILE.png", "robust", _aim,
    add_arguments=add_arguments, own=("map", "level"), needs=("map",),
)  # fmt: skip
