"""The steps that make the assets, one line each: the commands that a person would type, and what they lead to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from deepvis_app.files import file_sha256
from precompute.assets.dataset import FOLDER
from precompute.generators import PICTURES
from precompute.options import DEFAULT_MODEL
from precompute.synthesis.code_recipe import DEFAULT_GENERATOR
from precompute.training import EPOCHS

PICTURED = "conv*,fc8"  # the layers whose every unit has all kinds of pictures
WIDE = "fc6,fc7"  # many units, of which each has one picture made without a generator
PAINTED = "conv3,conv4,conv5,fc6,fc7"  # the layers, beside the classes, that are painted with a generator
# Fewer steps than the preset's 200: 36 units of conv4, conv5 and fc6 reach 96 % of the value in 100, 91 % in 60.
CLASS_STEPS, PAINTED_STEPS = 100, 60

Figures = dict[str, Any]


@dataclass(frozen=True)
class Amount:
    """How much work the steps do; `units` and `steps` are further words of the commands that make pictures."""

    epochs: int = EPOCHS
    pictures: int = PICTURES
    units: str = ""
    steps: str = ""


WHOLE = Amount()
REHEARSAL = Amount(epochs=1, pictures=640, units="--units 0-1", steps="--steps 4")


@dataclass(frozen=True)
class Place:
    """Where everything lies: the data set, its validation pictures, the results, and what is kept meanwhile.

    `data` stands for the content of the data set.
    """

    dataset: Path
    validation: Path
    data: str
    assets: Path
    work: Path
    device: str = "auto"
    seed: int = 0
    progress: str = "bar"
    amount: Amount = WHOLE

    def network(self) -> Path:
        return self.assets / "models" / f"{DEFAULT_MODEL}.json"

    def generator(self) -> Path:
        return self.assets / "models" / f"{DEFAULT_GENERATOR}.json"

    def bundled_atlas(self) -> Path:
        return self.assets / "atlas" / f"{DEFAULT_MODEL}.atlas"

    def work_atlas(self) -> Path:
        """The one that grows; another network has another one."""
        return self.work / f"{DEFAULT_MODEL}-{weights_of(self.network())[:8]}.atlas"

    def words(self, template: str) -> list[str]:
        """A command with this place's paths and options in it."""
        known = {
            "dataset": self.dataset, "validation": self.validation, "assets": self.assets, "work": self.work,
            "atlas": self.work_atlas(), "painter": self.generator().with_suffix(".safetensors"),
            "device": self.device, "seed": self.seed, "progress": self.progress,
        }  # fmt: skip
        return [word.format_map(known) for word in self.said(template).split()]

    def said(self, template: str) -> str:
        """The command with its amount of work, and without paths."""
        for name, value in asdict(self.amount).items():
            template = template.replace(f"{{{name}}}", str(value))
        return " ".join(template.split())


@dataclass(frozen=True)
class Step:
    """`commands` have names in braces, which `Place.words` fills in. `needs` are the steps before it.

    `figures` gives what its result is like, or None where it is not there, not sound, or made with other
    parameters; for what lies in an atlas, the record of `build-assets` tells the parameters.
    """

    name: str
    commands: tuple[str, ...]
    needs: tuple[str, ...]
    result: Callable[[Place], Path]
    figures: Callable[[Place], Figures | None]
    recorded: bool = True  # whether it counts as there only when the record says so


def _classifier(place: Place) -> Figures | None:
    card = sound_card(place.network())
    if card is None or not _agrees(card, "recipe", epochs=place.amount.epochs, seed=place.seed):
        return None
    if not place.data.startswith(FOLDER) and not _agrees(card, "data", sha256=place.data):
        return None
    return {"top-1": card.get("top1"), "top-5": card.get("top5")}


def _generator(place: Place) -> Figures | None:
    card = sound_card(place.generator())
    if (
        card is None
        or not _agrees(card, "recipe", seed=place.seed)
        or card.get("pictures_seen", 0) < place.amount.pictures
    ):
        return None
    if not _is_of_network(card):
        return None
    held_out = card.get("held_out", {})
    names = {"cosine": "cosine", "agreement": "top-1 agreement"}
    return {told: round(held_out[name], 4) for name, told in names.items() if held_out.get(name) is not None}


def _is_of_network(card: Mapping[str, Any]) -> bool:
    """Whether the generator inverts the network that lies in the assets now."""
    from deepvis_app.messages import ModelChoice
    from deepvis_app.models import load_model

    return _agrees(
        card, "encoder", fingerprint=load_model(ModelChoice(DEFAULT_MODEL, device="cpu")).info.fingerprint
    )


def _units(*kinds: str) -> Callable[[Place], Figures | None]:
    """How many units have pictures of these kinds in the growing atlas, or in the bundled one."""

    def figures(place: Place) -> Figures | None:
        from deepvis_app.atlas import AtlasError, AtlasReader

        try:
            path = place.work_atlas() if place.work_atlas().exists() else place.bundled_atlas()
            with AtlasReader(path, None) as reader:
                counts = reader.counts()
        except (AtlasError, OSError):
            return None
        found = {kind: sum(n for (_, of), n in counts.items() if of == kind) for kind in kinds}
        return {f"{kind} units": count for kind, count in found.items()} if all(found.values()) else None

    return figures


_COMMON = "--seed {seed} --device {device} --progress {progress}"
_INTO = f"--atlas {{atlas}} {_COMMON}"
_FEW = "{units} {steps}"
_DGN = "dgn-am --generator {painter} --no-codes"
STEPS: tuple[Step, ...] = (
    Step("classifier", ("train-classifier {dataset} --epochs {epochs} --seed {seed} "
                        "--checkpoint {work}/caffenet64.pt --assets {assets} --progress {progress}",),
         (), Place.network, _classifier, recorded=False),
    Step("generator", ("train-generator --images {dataset} --layer fc6 --size 64 --pictures {pictures} "
                       f"--name {DEFAULT_GENERATOR} --checkpoint {{work}}/{DEFAULT_GENERATOR}.pt "
                       f"--sheets {{work}}/sheets --out {{assets}}/models {_COMMON}",),
         ("classifier",), Place.generator, _generator, recorded=False),
    Step("statistics", (f"top --images {{validation}} --stats-only {_INTO}",),
         ("classifier",), Place.work_atlas, _units("stats")),
    Step("top", (f"top --images photographs --keep-stats --patch 64 --layers {PICTURED} {{units}} {_INTO}",),
         ("statistics",), Place.work_atlas, _units("top", "deconv")),
    Step("am", (f"am --seeds 4 --layers {PICTURED} {_FEW} {_INTO}", f"am --seeds 1 --layers {WIDE} {_FEW} {_INTO}"),
         ("statistics",), Place.work_atlas, _units("am")),
    Step("dgn-am", (f"{_DGN} --seeds 9 --steps {CLASS_STEPS} --layers fc8 {_FEW} {_INTO}",
                    f"{_DGN} --seeds 2 --steps {PAINTED_STEPS} --layers {PAINTED} {_FEW} {_INTO}"),
         ("statistics", "generator"), Place.work_atlas, _units("dgn-am")),
)  # fmt: skip
BY_NAME = {step.name: step for step in STEPS}


def key_of(step: Step, place: Place) -> str:
    """What decides about the step's result: its commands but for places, and the results that it starts from."""
    if not step.recorded:  # a file with a card: whatever made it, what counts is what it is
        return weights_of(step.result(place))
    needs = [key_of(BY_NAME[name], place) for name in step.needs]
    said = [place.said(template.replace(f" {_COMMON}", "")) for template in step.commands]
    return sha256(json.dumps([step.name, said, place.seed, place.data, needs]).encode()).hexdigest()


def weights_of(card: Path) -> str:
    """The hash of the weights as their card has it; "" where there is none."""
    try:
        return str(json.loads(card.read_text(encoding="utf-8"))["weights_sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def sound_card(path: Path) -> Mapping[str, Any] | None:
    """The card, if the weights beside it are the ones that it speaks of."""
    try:
        card: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        same = file_sha256(path.with_suffix(".safetensors")) == card["weights_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return card if same else None


def chosen(text: str) -> Sequence[Step]:
    """The steps that the words name, in their order. Raises OptionError."""
    from deepvis_app.words import nearest
    from precompute.options import OptionError

    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in BY_NAME:
            raise OptionError(f"There is no step {name}; the nearest are {nearest(name, BY_NAME)}.")
    if not names:
        raise OptionError(
            f"--only names no step; leave it out for all of them, or name some of {', '.join(BY_NAME)}."
        )
    return [step for step in STEPS if step.name in names]


def _agrees(card: Mapping[str, Any], part: str, **wanted: object) -> bool:
    held = card.get(part)
    return isinstance(held, Mapping) and all(held.get(name) == value for name, value in wanted.items())
