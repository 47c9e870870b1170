"""The JOB_FORMS table: what of `deepvis-precompute` can be started from the window, and in which words.

To add a job: one entry here. The form, the command line and the buttons of empty panes follow; a contract test
compares the options and their defaults with the command itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zipfile import is_zipfile

from deepvis_app.files import in_zip
from deepvis_app.jobs import JobSpec
from deepvis_app.jobs.generators import DEFAULT as DEFAULT_GENERATOR
from deepvis_app.jobs.generators import generator_for, known_generators
from deepvis_app.jobs.judges import known_judges
from deepvis_app.jobs.wording import Value, absolute, model_words, said, word_for
from deepvis_app.messages import COMPARED, LayerInfo, ModelInfo, UnitRef

NEED_IMAGES = "Choose a folder or a zip file with images."
BUILT_IN_IMAGES = "photographs"  # the word by which the command knows the built-in photographs


ALL = "all"  # of several choices
JUDGES = 2  # so many are asked unless others are chosen

Listed = Literal["generators", "layers", "judges"]


@dataclass(frozen=True)
class Field:
    """One option of a job. Its default decides what it is: a tick, a number from `low` to `high`, or a choice.

    `default` must be the command's own: what a person leaves as it is is not said in the command line.
    """

    option: str  # e.g. "--steps"
    label: str
    tooltip: str
    default: Value
    choices: tuple[tuple[str, str], ...] = ()  # value and title
    low: int = 0
    high: int = 0
    step: int = 1  # of the arrows beside a number
    unset: str = ""  # of a number: what 0 means, which leaves it to the command
    listed: Listed | None = (
        None  # a choice whose values are listed for the network: `default` need not be there
    )
    # Several can be chosen: a value has commas between them, on the command line they stand with commas or as words.
    several: Literal["", "commas", "words"] = ""
    with_images: tuple[str, ...] = ()  # those of several that are left out where no images are given


@dataclass(frozen=True)
class JobForm:
    """One sub-command; `fills` are the kinds of pictures whose empty panes it fills."""

    name: str
    title: str
    help: str
    fields: tuple[Field, ...]
    fills: tuple[str, ...]
    images: bool = False  # it takes --images: a folder or a zip file
    units: bool = True  # it is for layers and units
    gives_way: bool = True
    images_needed: bool = True  # where it takes any
    one: bool = False  # it is for one unit, which --unit names
    quick: bool = True  # of one unit it is: what is clicked next waits for it


@dataclass(frozen=True)
class Scope:
    """Which units a job is for: the words, and how a person calls them."""

    layers: str
    units: str
    text: str


_PRESETS = (
    ("robust", "Robust: moved and blurred"),
    ("A", "2015 A: sparse regions"),
    ("B", "2015 B: high frequencies"),
    ("C", "2015 C: smooth"),
    ("D", "2015 D: sparse outlines"),
    ("tv", "Total variation"),
    ("tv-jitter", "Total variation, moved"),
    ("blur-jitter", "Blurred less and less, moved"),
    ("mfv-tv", "From a mean image: total variation"),
    ("mean-image", "From a mean image: four phases"),
    ("centre-biased", "One object in the middle: five phases"),
    ("fourier", "Spatial frequencies"),
    ("lucid", "Spatial frequencies, moved"),
    ("maco", "Frequencies of photographs (MACO)"),
    ("octaves", "First small, then larger"),
    ("dream", "DeepDream's octaves"),
    ("inversion", "Plain: total variation and norm"),
    ("none", "None"),
)
_METHODS = (
    ("none", "No prior"),
    ("A", "2015 A: blur, weak pixels cut"),
    ("B", "2015 B: strong decay, weak pixels cut"),
    ("C", "2015 C: blur and decay"),
    ("D", "2015 D: blur, useless pixels cut"),
    ("tv", "Total variation"),
    ("tv-jitter", "Total variation, moved"),
    ("blur-jitter", "Blurred less and less, moved"),
    ("centre-biased", "One object in the middle"),
    ("robust", "Robust: moved and blurred"),
    ("octaves", "Coarse first, then larger"),
    ("fourier", "Spatial frequencies"),
    ("lucid", "Spatial frequencies, moved"),
    ("maco", "Frequencies of photographs (MACO)"),
    ("mean-image", "From a mean image (needs images)"),
    ("facets", "From each facet (needs images)"),
    ("facets-dgn", "From each facet by a generator (needs images)"),
    ("dgn-am", "Through a generator (DGN-AM)"),
    ("ppgn", "Samples through a generator (PPGN)"),
)
_SETTINGS = (
    ("balanced", "Balanced: the same for every network"),
    ("released", "Released: as the authors' code"),
)
# fmt: off
_ENTRIES = (
    JobForm("am", "Preferred pictures", "Makes pictures that excite a unit most (activation maximisation)",
            (Field("--preset", "Priors", "What keeps the pictures readable", "robust", _PRESETS),
             Field("--seeds", "Pictures per unit", "How many, each from another start", 9, low=1, high=64),
             Field("--steps", "Steps", "More steps: clearer pictures, and as much longer", 0, high=10_000,
                   step=64, unset="by the priors")),
            ("am",)),
    JobForm("dgn-am", "DGN-AM pictures",
            "Makes natural pictures that excite a unit most, through a generator network (DGN-AM)",
            (Field("--generator", "Generator", "The network that paints; train one for your own network first",
                   DEFAULT_GENERATOR, listed="generators"),
             Field("--seeds", "Pictures per unit", "How many, each from another start", 0, high=64, unset="9"),
             Field("--steps", "Steps", "More steps: stronger pictures, and as much longer", 0, high=10_000,
                   step=50, unset="by the preset")),
            ("dgn-am",)),
    JobForm("ppgn", "PPGN samples",
            "Makes pictures that excite a unit as samples of a Markov chain, through a generator network (PPGN)",
            (Field("--generator", "Generator", "The network that paints; train one for your own network first",
                   DEFAULT_GENERATOR, listed="generators"),
             Field("--settings", "Settings", "How strongly pictures are kept natural", "balanced", _SETTINGS),
             Field("--pictures", "Pictures per unit", "At most: samples that repeat others are left out", 9, low=1,
                   high=64),
             Field("--chains", "Chains", "Each begins elsewhere; more of them: more different pictures", 4, low=1,
                   high=64)),
            ("ppgn",)),
    JobForm("top", "Patches of real images",
            "Finds the patches of your images that excite a unit most, and why; also its statistics",
            (Field("-n", "Patches per unit", "How many patches for each unit", 9, low=1, high=64),
             Field("--guided", "Guided backprop too", "Beside deconv, also what guided backprop shows", False),
             Field("--lrp", "LRP too", "Beside deconv, also how relevance propagation shares the value", False)),
            ("top", "deconv", "guided", "lrp"), images=True),
    JobForm("facets", "Facets: kinds of images",
            "Finds the kinds of your images that excite a unit most, and makes pictures of each kind (MFV)",
            (Field("-k", "Facets per unit", "How many kinds are told apart", 0, high=50, unset="by silhouette"),
             Field("--preset", "Priors", "What keeps the pictures readable", "mfv-tv", _PRESETS),
             Field("--steps", "Steps", "More steps: clearer pictures, and as much longer", 0, high=10_000,
                   step=64, unset="by the priors"),
             Field("--generator", "Generator", "The network that paints each kind a second time", DEFAULT_GENERATOR,
                   listed="generators")),
            ("facets", "facet-am", "facet-dgn", "facet-real", "facet-deconv", "facet-lrp"), images=True),
    JobForm("compare", "Comparison of methods",
            "Makes a unit's picture by every method, and measures all of them alike",
            (Field("--methods", "Methods", "Which ones; those that begin at real images need some", ALL, _METHODS,
                   several="commas", with_images=("mean-image", "facets", "facets-dgn")),
             Field("--judge", "Judges", "Installed networks that are asked what they see in the pictures", "",
                   listed="judges", several="words"),
             Field("--seeds", "Pictures", "How many by each method, each from another start", 3, low=1, high=64),
             Field("--steps", "Steps", "The same number for all methods", 0, high=10_000, step=64,
                   unset="by the method"),
             Field("--generator", "Generator", "The network that paints; train one for your own network first",
                   DEFAULT_GENERATOR, listed="generators")),
            (COMPARED,), images=True, images_needed=False, one=True, quick=False),
    JobForm("train-generator", "Train a generator",
            "Trains a network that paints pictures from a layer's code: for DGN-AM on this network; takes hours",
            (Field("--layer", "Layer", "Whose code it reads; a fully connected layer near the end does best", "fc6",
                   listed="layers"),
             Field("--size", "Size", "Side of its pictures in pixels; near the network's input size is best", "64",
                   (("64", "64 x 64"), ("128", "128 x 128"), ("256", "256 x 256"))),
             Field("--pictures", "Pictures to learn from",
                   "How many are seen in all, again and again; run it with more to go on", 1_280_000, low=1000,
                   high=100_000_000, step=100_000)),
            (), images=True, units=False),
)
# fmt: on
JOB_FORMS: dict[str, JobForm] = {form.name: form for form in _ENTRIES}


def form_for(kind: str) -> JobForm | None:
    """The job that makes pictures of this kind."""
    return next((form for form in JOB_FORMS.values() if kind in form.fills), None)


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
