"""Small variants of a network that also know modified pictures, as classes of their own (section 3.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

import torch
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional as F

from deepvis_app.files import atomic_write, cache_folder
from deepvis_app.models import LoadedModel
from deepvis_app.models.fingerprint import fingerprint
from deepvis_app.models.layers import enumerate_layers
from deepvis_app.models.probe import Probe
from deepvis_app.models.weights import WeightsError, load_into, read_state_dict
from precompute.options import OptionError
from precompute.precision import half_where_fast
from precompute.studies.modifications import BLUR, MODIFICATIONS
from precompute.studies.networks import class_layer
from precompute.training.augment import crop_flip

FOLDER = "variants"


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a variant's weights, beside the network and the pictures."""

    epochs: int = 6
    batch: int = 64
    rate: float = 0.02  # of SGD, rising over the first tenth and then falling to zero
    longest: float = (
        1.0  # norm of a gradient: a network without batch norms breaks where single ones are long
    )
    momentum: float = 0.9
    weight_decay: float = 5e-4
    min_area: float = 0.7  # of the crops
    seed: int = 0


@dataclass(frozen=True)
class Lesson:
    """What a variant learns: `pictures` (N, 3, h, w) uint8 of the network's classes `units`, and `labels` (N,) that are
    places in `units`. Each also comes modified, and is then of class label + len(units).
    """

    modification: str
    pictures: Tensor
    labels: Tensor
    units: tuple[int, ...]


def variant(
    model: LoadedModel, lesson: Lesson, names: Sequence[str], recipe: Recipe, step: Callable[[int, int], None]
) -> LoadedModel:
    """The network, fine-tuned to tell the lesson's regular and modified classes apart; from the cache folder where it
    was made before. `step` is told the steps done and their number, and may raise to break off.

    The new layer of classes begins with the old classes' weights. Raises OptionError for a network whose classes are
    no linear layer.
    """
    net = deepcopy(model.net)
    layer = class_layer(model.info)
    old = net.get_submodule(layer.name)
    if not isinstance(old, nn.Linear):
        raise OptionError(f"{layer.alias} of {model.info.title} is no linear layer, which this study needs.")
    net.set_submodule(layer.name, _head(old, lesson.units))
    path = cache_folder() / FOLDER / f"{_key(model, lesson, recipe)[:32]}.safetensors"
    try:
        load_into(net, read_state_dict(path))
    except WeightsError:
        _fine_tune(net, model, lesson, recipe, step)
        with atomic_write(path) as file:
            file.write(save({key: value.contiguous() for key, value in net.state_dict().items()}))
    net.eval().requires_grad_(False)
    size = (1, model.preprocess.channels, *model.preprocess.input_size)
    info = replace(
        model.info,
        layers=enumerate_layers(net, torch.zeros(size, device=model.device)),
        labels=(*names, *(f"{name} ({lesson.modification})" for name in names)),
        fingerprint=fingerprint(net),
        weights=f"fine-tuned on {lesson.modification}",
    )
    return replace(model, net=net, info=info)


def modified(lesson: Lesson, pictures: Tensor, dice: torch.Generator) -> Tensor:
    """(N, 3, h, w) uint8 or float in 0..1 -> float in 0..1, modified as the lesson says."""
    pictures = pictures.float() / 255 if pictures.dtype == torch.uint8 else pictures
    return MODIFICATIONS[lesson.modification](pictures, dice)


def _head(old: nn.Linear, units: Sequence[int]) -> nn.Linear:
    """A layer for regular and modified classes, which both begin as the old ones."""
    head = nn.Linear(old.in_features, 2 * len(units))
    chosen = [*units, *units]
    with torch.no_grad():
        head.weight.copy_(old.weight[chosen])
        head.bias.copy_(old.bias[chosen])
    return head.to(old.weight.device)


def _fine_tune(
    net: nn.Module, model: LoadedModel, lesson: Lesson, recipe: Recipe, step: Callable[[int, int], None]
) -> None:
    """SGD on crops and mirror images, half of each batch modified.

    The network stays in eval mode: batch norms keep their statistics.
    """
    net.requires_grad_(True)
    optimiser = torch.optim.SGD(
        net.parameters(), lr=recipe.rate, momentum=recipe.momentum, weight_decay=recipe.weight_decay
    )
    dice = torch.Generator().manual_seed(recipe.seed)
    total = recipe.epochs * max(len(lesson.labels) // recipe.batch, 1)
    layer = class_layer(model.info).name
    with Probe(net, [layer], stop_after=layer) as probe:
        for done in range(total):
            picked = torch.randint(len(lesson.labels), (recipe.batch,), generator=dice)
            x, labels = _batch(model, lesson, picked, recipe, dice)
            with half_where_fast(model.device):
                logits = probe.run(x)[layer]
            loss = F.cross_entropy(logits.float(), labels)
            optimiser.param_groups[0]["lr"] = (
                recipe.rate * min(10 * (done + 1) / total, 1) * (1 - done / total)
            )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), recipe.longest)
            optimiser.step()
            step(done + 1, total)


def _batch(
    model: LoadedModel, lesson: Lesson, picked: Tensor, recipe: Recipe, dice: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Inputs and labels; the modification comes after the crop, so that a cut goes through the middle."""
    crops = crop_flip(lesson.pictures[picked], recipe.min_area, dice)
    middle = len(picked) // 2
    shown = torch.cat([crops[:middle], modified(lesson, crops[middle:], dice)])
    labels = lesson.labels[picked].clone()
    labels[middle:] += len(lesson.units)
    x = model.preprocess.normalise(shown.to(model.device) * 255)
    return x.contiguous(memory_format=torch.channels_last), labels.to(model.device)


def _key(model: LoadedModel, lesson: Lesson, recipe: Recipe) -> str:
    pictures = sha256(lesson.pictures.numpy().tobytes()).hexdigest()
    parts = [model.info.fingerprint, lesson.modification, list(lesson.units), pictures, asdict(recipe), BLUR]
    return sha256(json.dumps(parts).encode()).hexdigest()
