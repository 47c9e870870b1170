"""Presets: how pictures are made, as data with its source. Adding one is one entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from precompute.synthesis.policies import POLICIES, CodeStep, Constant, Normalised, Policy, Progress
from precompute.synthesis.priors import PRIORS, Blur, Decay, Jitter, Prior, SmallContribution, SmallNorm
from precompute.synthesis.schedule import Phase

DEFAULT = "robust"
DGN, DGN_START = "dgn", "dgn-start"  # for codes: from noise, and from a real picture's code
TRANSFER_STEP = 0.5  # of "dgn" for another network than the generator's own: 2 to 8 in the released code


@dataclass(frozen=True)
class Preset:
    """`noise` is the standard deviation of the starting noise in 0..1.

    A preset with a `bound` is for codes of a generator, which stay so many standard deviations about their mean;
    `noise` is then in standard deviations of each element. One without is for pixels.

    `keep` says which picture is the result: that of the highest value on the way ("best", as in 2015) or the
    last one, which is the better choice where the network sees each picture moved. `natural` in 0..1 is how much
    colours vary as in photographs (see Pixels). `policy_2015` is the step
    policy that the toolbox's documentation names for the same numbers; its rates fit the network of 2015 only.

    `image` names a line of SPACES. With `phases` the `steps` are shared out among them, and `policy` and `priors` are
    those of phases without their own.
    """

    title: str
    source: str
    steps: int
    policy: Policy
    priors: tuple[Prior, ...] = ()
    noise: float = 10 / 255  # N(0, 10) around the mean colour, in 0..255: "mean_plus_rand" of 2015
    keep: Literal["best", "last"] = "best"
    natural: float = 0.0
    policy_2015: Policy | None = None
    bound: float | None = None
    image: str = "pixels"
    phases: tuple[Phase, ...] = ()


_TABLE_1 = "Yosinski et al. 2015, Table 1"
PRESETS: dict[str, Preset] = {
    "robust": Preset(
        "moved a little at each step, blurred less and less, in colours that go together",
        "jitter: Mordvintsev et al. 2015; decreasing blur: Nguyen et al. 2016 (MFV), 2.4; tuned here on caffenet64",
        256,
        Normalised(10.0),
        (Jitter(), Blur(1.7, 4, end_width=0.6, gentle=True)),
        noise=0.01,
        keep="last",
        natural=0.5,
    ),
    "A": Preset(
        "a sparse set of regions",
        f"{_TABLE_1}, row 1",
        500,
        Normalised(0.5),
        (Blur(0.5, 4), SmallNorm(50.0)),
        policy_2015=Progress(2.0, 100.0),
    ),
    "B": Preset(
        "high frequencies",
        f"{_TABLE_1}, row 2",
        750,
        Normalised(10.0, end=10.0),  # the strong decay leaves a third of it
        (Decay(0.3), SmallNorm(20.0)),
        policy_2015=Constant(100.0),
    ),
    "C": Preset(
        "smooth, low frequencies",
        f"{_TABLE_1}, row 3",
        1000,
        Normalised(0.5),
        (Decay(0.0001), Blur(1.0, 4)),
        policy_2015=Constant(100.0),
    ),
    "D": Preset(
        "sparse outlines",
        f"{_TABLE_1}, row 4",
        1000,
        Normalised(0.5),
        (Blur(0.5, 4), SmallContribution(90.0)),
        policy_2015=Progress(2.0, 1e8),
    ),
    "none": Preset("no prior at all", "plain gradient ascent", 256, Normalised(1.0)),
    DGN: Preset(
        "natural pictures, painted by a generator",
        "Nguyen et al. 2016 (DGN-AM), section 2, and the released code",
        200,
        CodeStep(2.0),
        (Decay(0.01),),
        noise=1.0,
        keep="last",
        bound=3.0,
    ),
    DGN_START: Preset(
        "from a real picture, as little changed as will do",
        "Nguyen et al. 2016, released code (3_start_from_real_image)",
        30,
        CodeStep(0.27),
        (Decay(0.01),),
        noise=0.0,
        keep="last",
        bound=3.0,
    ),
}


def presets_for(*, codes: bool) -> tuple[str, ...]:
    """The names of those for codes of a generator, or of those for pixels."""
    return tuple(name for name, preset in PRESETS.items() if (preset.bound is not None) == codes)


def as_json(preset: Preset) -> dict[str, Any]:
    """The preset as JSON values, complete: what a run records of it."""
    values = {field.name: getattr(preset, field.name) for field in fields(preset)}
    del values["policy_2015"]  # what was not used
    if preset.bound is None:
        del values["bound"]
    if (
        preset.image == "pixels"
    ):  # what was not there once is told only where it is used: runs of the past are known
        del values["image"]
    values["policy"] = _named(POLICIES, preset.policy)
    values["priors"] = [_named(PRIORS, prior) for prior in preset.priors]
    if preset.phases:
        values["phases"] = [_phase_as_json(phase) for phase in preset.phases]
    else:
        del values["phases"]
    return values


def _phase_as_json(phase: Phase) -> dict[str, Any]:
    """Without what is as the preset says."""
    values: dict[str, Any] = {"steps": phase.steps, "scale": phase.scale}
    if phase.policy is not None:
        values["policy"] = _named(POLICIES, phase.policy)
    if phase.priors is not None:
        values["priors"] = [_named(PRIORS, prior) for prior in phase.priors]
    if phase.objective is not None:
        values["objective"] = phase.objective
    return values


def _named(table: Mapping[str, type], thing: Any) -> dict[str, Any]:
    """The name under which the table has the thing's class, and the thing's own numbers."""
    name = next(name for name, kind in table.items() if kind is type(thing))
    return {"name": name, **asdict(thing)}
