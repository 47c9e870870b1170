"""The options that change a preset, and the preset that comes of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.options import OptionError, positive

if TYPE_CHECKING:
    from precompute.synthesis.policies import Policy
    from precompute.synthesis.presets import Preset
    from precompute.synthesis.priors import Prior

# Repeated here because the help must not wait for torch; a test compares them with the tables.
PRESET_NAMES = (
    "robust", "A", "B", "C", "D", "none", "tv", "tv-jitter", "blur-jitter", "mfv-tv", "mean-image", "centre-biased",
    "fourier", "lucid", "maco", "octaves", "dream", "inversion",
)  # fmt: skip
CODE_PRESET_NAMES = ("dgn", "dgn-start")
POLICY_NAMES = ("constant", "progress", "progress01", "normalised")
AS_IN_2015 = "2015"
IMAGE_NAMES = ("pixels", "fourier", "maco")
OBJECTIVE_NAMES = ("centre", "channel", "logit", "softmax", "log-softmax")


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """The options that `preset_of` reads."""
    parser.add_argument(
        "--preset",
        choices=NamesOrFile(PRESET_NAMES),
        default=PRESET_NAMES[0],
        metavar="NAME|FILE.json",
        help="robust (default) gives the best pictures; A to D are those of Yosinski et al. 2015, Table 1; "
        "`deepvis-precompute presets` lists all, and writes the file of one to be changed",
    )
    parser.add_argument(
        "--image",
        choices=IMAGE_NAMES,
        help="in which coordinates steps are taken (default: the preset's, pixels): pixels, spatial frequencies, or "
        "their phases with the magnitudes of photographs",
    )
    parser.add_argument("--steps", type=positive, metavar="N", help="default: the preset's")
    parser.add_argument(
        "--policy",
        choices=(*POLICY_NAMES, AS_IN_2015),
        help="of the step size (default: the preset's, normalised; 2015: what A to D had then)",
    )
    parser.add_argument(
        "--rate",
        type=above(0.0),
        metavar="X",
        help="constant: lr for pixels in 0..255; progress: wanted gain a step; progress01: the same, early; "
        "normalised: mean change of the first step in 1/255",
    )
    parser.add_argument("--decay", type=between(0.0, 1.0), metavar="X", help="L2 decay at each step, 0..1")
    parser.add_argument(
        "--blur", type=above(0.0, 224.0), metavar="PIXELS", help="width of the blur at 224 pixels"
    )
    parser.add_argument(
        "--blur-every", type=positive, metavar="N", help="steps from blur to blur (default 4)"
    )
    parser.add_argument("--small-norm", type=between(0.0, 100.0), metavar="PERCENT", help="clip weak pixels")
    parser.add_argument(
        "--small-contribution", type=between(0.0, 100.0), metavar="PERCENT", help="clip useless pixels"
    )
    parser.add_argument("--variation", type=above(0.0), metavar="WEIGHT", help="total variation penalty")
    parser.add_argument(
        "--prior",
        action="append",
        default=[],
        metavar="NAME[:FIELD=NUMBER,...]",
        help="any prior, such as bilateral or split-bregman:weight=50 (docs/priors.md); may come several times",
    )


def preset_of(options: argparse.Namespace) -> Preset:
    """The chosen preset with what the options change. Raises OptionError for options that need another."""
    from precompute.synthesis.preset_file import preset_named

    preset = preset_named(options.preset)
    if preset.bound is not None:
        raise OptionError(f"The preset {options.preset} is for a generator's codes: take it with dgn-am.")
    if options.blur_every and options.blur is None:
        raise OptionError("--blur-every needs --blur PIXELS as well.")
    if options.rate and options.policy not in POLICY_NAMES:
        raise OptionError("--rate needs a --policy as well: its unit is another one for each.")
    if options.policy == AS_IN_2015 and preset.policy_2015 is None:
        raise OptionError(
            f"The preset {options.preset} is not of 2015: choose A, B, C or D, or another --policy."
        )
    news = _priors(options)
    phases = tuple(
        replace(
            phase,
            policy=None if options.policy else phase.policy,
            priors=None if phase.priors is None else replaced(phase.priors, news),
        )
        for phase in preset.phases
    )
    return replace(
        preset,
        steps=options.steps or preset.steps,
        policy=_policy(options, preset),
        priors=replaced(preset.priors, news),
        image=options.image or preset.image,
        phases=phases,
    )


class NamesOrFile(tuple[str, ...]):
    """For argparse: the names, and the path of any JSON file."""

    def __contains__(self, word: object) -> bool:
        return super().__contains__(word) or (isinstance(word, str) and word.endswith(".json"))


def name_told(word: str) -> str:
    """What a run records of a preset's name: a file's own, without its place."""
    return Path(word).name if word.endswith(".json") else word


def replaced(priors: Sequence[Prior], news: Sequence[Prior]) -> tuple[Prior, ...]:
    """The priors and `news`, which take the places of all of the same class; all in the order of PRIORS."""
    from precompute.synthesis.priors import PRIORS

    if not news:
        return tuple(priors)
    order, kinds = list(PRIORS.values()), {type(prior) for prior in news}
    kept = [prior for prior in priors if type(prior) not in kinds]
    return tuple(sorted((*kept, *news), key=lambda prior: order.index(type(prior))))


def above(low: float, high: float = 1e9) -> Callable[[str], float]:
    """An argparse type: a number over `low`, at most `high`."""
    return _checked(lambda value: low < value <= high, f"over {low:g} and at most {high:g}")


def between(low: float, high: float) -> Callable[[str], float]:
    """An argparse type: a number from `low` to `high`."""
    return _checked(lambda value: low <= value <= high, f"from {low:g} to {high:g}")


def _checked(allowed: Callable[[float], bool], words: str) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not allowed(value):
            raise argparse.ArgumentTypeError(f"{text} is not {words}")
        return value

    return number


def _policy(options: argparse.Namespace, preset: Preset) -> Policy:
    from precompute.synthesis.policies import POLICIES

    if not options.policy:
        return preset.policy
    if options.policy == AS_IN_2015 and preset.policy_2015 is not None:
        return preset.policy_2015
    kind: Any = POLICIES[options.policy]
    policy: Policy = kind(options.rate) if options.rate else kind()
    return policy


def _priors(options: argparse.Namespace) -> list[Prior]:
    """Those that the options name."""
    from precompute.synthesis.priors import Blur, Decay, SmallContribution, SmallNorm, Variation

    news: list[Prior] = []
    if options.decay is not None:
        news.append(Decay(options.decay))
    if options.blur is not None:
        news.append(Blur(options.blur, options.blur_every or 4))
    if options.small_norm is not None:
        news.append(SmallNorm(options.small_norm))
    if options.small_contribution is not None:
        news.append(SmallContribution(options.small_contribution))
    if options.variation is not None:
        news.append(Variation(options.variation))
    if options.prior:
        from precompute.synthesis.preset_file import prior_of

        news += map(prior_of, options.prior)
    return news
