"""From what is chosen in a job's form to the words of the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import is_zipfile

from deepvis_app.files import in_zip
from deepvis_app.jobs import JobSpec
from deepvis_app.jobs.generators import generator_for, known_generators
from deepvis_app.jobs.judges import known_judges
from deepvis_app.jobs.priors import known_priors
from deepvis_app.jobs.wording import Value, absolute, model_words, said, word_for
from deepvis_app.messages import LayerInfo, ModelInfo, UnitRef
from deepvis_app.ui.dialogs.job_forms import Field, JobForm

NEED_IMAGES = "Choose a folder or a zip file with images."
BUILT_IN_IMAGES = "photographs"  # the word by which the command knows the built-in photographs
JUDGES = 2  # so many are asked unless others are chosen


@dataclass(frozen=True)
class Scope:
    """Which units a job is for: the words, and how a person calls them."""

    layers: str
    units: str
    text: str


def scopes(model: ModelInfo, selected: UnitRef) -> dict[str, Scope]:
    """What can be chosen while `selected` is. A layer that only passes units on has no pictures of its own: the
    one whose pictures serve it takes its place.
    """
    layer = model.layer(selected.layer)
    layer = model.layer(layer.pictures_of or layer.name)
    name = word_for(model, layer)
    own = [layer for layer in model.layers if layer.units and not layer.pictures_of]
    main = [layer for layer in own if layer.kind.startswith("Conv") or layer.is_class_layer]
    return {
        "unit": Scope(name, str(selected.unit), f"{layer.alias}:{selected.unit}"),
        "layer": Scope(name, "all", f"{layer.alias}, {_count(layer.units, 'unit')}"),
        "main": Scope(_words(model, main), "all", f"all conv and class layers, {_total(main)}"),
        "all": Scope(_words(model, own), "all", f"all layers, {_total(own)}"),
    }


def listed(field: Field, model: ModelInfo, selected: UnitRef) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What to choose first, and all choices (value and title) of a field that is listed for the network."""
    if field.listed == "generators":
        known = [(one.name, one.title) for one in known_generators()]
        return generator_for(model.fingerprint), tuple(known)
    if field.listed == "priors":
        return str(field.default), tuple((one.name, one.title) for one in known_priors())
    if field.listed == "judges":
        judges = known_judges(model.choice.name) if model.labels else ()
        return ",".join(judges[:JUDGES]), tuple((name, name) for name in judges)
    own = [layer for layer in model.layers if layer.units and not layer.pictures_of]
    words = tuple((word_for(model, layer), layer.alias) for layer in own)
    there = any(word == field.default for word, _ in words)
    return str(field.default) if there else word_for(model, model.layer(selected.layer)), words


def job_spec(
    form: JobForm, model: ModelInfo, scope: Scope, values: Mapping[str, Value], images: str, device: str
) -> JobSpec:
    """The command for `precompute`; `values` are by option, those left out are as by default."""
    words = [form.name, *model_words(model.choice), *said("--device", device, "auto")]
    if form.one:
        words += ["--unit", f"{scope.layers}:{scope.units}"]
    elif form.units:
        words += ["--layers", scope.layers, *said("--units", scope.units, "all")]
    given = form.images and (form.images_needed or bool(images.strip()))
    if given:
        words += ["--images", BUILT_IN_IMAGES if is_built_in(images) else absolute(images)]
    for field in form.fields:
        words += _option(field, values.get(field.option, field.default), given)
    of = scope.text if form.units else str(values.get("--layer", ""))
    return JobSpec(f"{form.title}: {of} ({model.title})", tuple(words), form.gives_way)


def _option(field: Field, value: Value, images: bool) -> list[str]:
    """An option in the words of the command; nothing where it is as by default."""
    if not field.several or value == field.default:
        return said(field.option, value, field.default)
    chosen = [one for one in str(value).split(",") if images or one not in field.with_images]
    if not chosen:
        return []
    return [field.option, *(chosen if field.several == "words" else [",".join(chosen)])]


def images_problem(path: str) -> str:
    """One sentence: why this cannot be taken as the pictures; "" if it can."""
    if not path.strip():
        return NEED_IMAGES
    if is_built_in(path):
        return ""
    found = Path(path.strip()).expanduser()
    try:
        zipped = in_zip(found)
        file = zipped[0] if zipped is not None else found
        if found.is_dir() or (file.is_file() and is_zipfile(file)):
            return ""
        there = found.exists()
    except (OSError, ValueError) as error:
        return f"{path} cannot be read ({error}). {NEED_IMAGES}"
    return f"{path} is neither a folder nor a zip file." if there else f"There is no folder or file {path}."


def is_built_in(images: str) -> bool:
    """Whether these are the photographs that come with the program."""
    return images.strip() == BUILT_IN_IMAGES


def _words(model: ModelInfo, layers: list[LayerInfo]) -> str:
    return ",".join(word_for(model, layer) for layer in layers)


def _total(layers: list[LayerInfo]) -> str:
    return f"{_count(sum(layer.units for layer in layers), 'unit')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
