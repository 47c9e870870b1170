"""The JOB_FORMS table: what of `deepvis-precompute` can be started from the window, and in which words.

To add a job: one entry here. The form, the command line and the buttons of empty panes follow; a contract test
compares the options and their defaults with the command itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepvis_app.jobs.generators import DEFAULT as DEFAULT_GENERATOR
from deepvis_app.jobs.priors import DEFAULT as DEFAULT_PRIOR
from deepvis_app.jobs.wording import Value
from deepvis_app.messages import COMPARED

ALL = "all"  # of several choices

Listed = Literal["generators", "priors", "layers", "judges"]


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
_WHY = (
    ("deconv,lrp", "Deconv and LRP"),
    ("deconv", "Deconv"),
    ("lrp", "LRP"),
    ("none", "None"),
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
             Field("--prior", "Prior", "What tells likely codes from unlikely ones; one can be trained",
                   DEFAULT_PRIOR, listed="priors"),
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
                   listed="generators"),
             Field("--nearest", "Real pictures", "So many are kept of each kind, the most typical ones; 0: none", 4,
                   low=0, high=9),
             Field("--why", "Why", "What shows in these pictures what excites the unit", "deconv,lrp", _WHY)),
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
    JobForm("train-prior", "Train a prior",
            "Trains a network that tells likely codes of a layer from unlikely ones: for PPGN on this network",
            (Field("--layer", "Layer", "Whose codes it learns: the layer that the generator reads", "fc6",
                   listed="layers"),
             Field("--steps", "Steps", "Batches of codes; more: a better prior, and as much longer", 4000, low=1,
                   high=1_000_000, step=1000),
             Field("--batch", "Batch", "So many codes in a step", 256, low=1, high=16_384, step=64)),
            (), images=True, units=False),
)
# fmt: on
JOB_FORMS: dict[str, JobForm] = {form.name: form for form in _ENTRIES}


def form_for(kind: str) -> JobForm | None:
    """The job that makes pictures of this kind."""
    return next((form for form in JOB_FORMS.values() if kind in form.fills), None)
