"""The order of PRIORS, in which options and a preset's own priors come together."""

from __future__ import annotations

from precompute.synthesis.priors import (
    PRIORS,
    Blur,
    CentreBias,
    Decay,
    Jitter,
    Noise,
    Shift,
    SmallNorm,
    SplitBregman,
)
from precompute.synthesis.recipe import replaced


def test_the_priors_of_2015_come_as_in_their_code_and_what_smooths_all_comes_after() -> None:
    names = list(PRIORS)
    assert names[:5] == ["decay", "blur", "small-norm", "small-contribution", "split-bregman"]
    assert names.index("shift") < names.index("centre-bias")  # the centre of what is seen


def test_an_option_takes_the_place_of_every_prior_of_its_class() -> None:
    own = (Jitter(), Blur(2.0, 4), Blur(0.5), SplitBregman(13.0))
    found = replaced(own, [SmallNorm(20.0), Blur(1.0)])
    assert found == (Blur(1.0), SmallNorm(20.0), SplitBregman(13.0), Jitter())


def test_priors_of_one_class_stay_beside_each_other_where_no_option_names_it() -> None:
    own = (CentreBias(), Noise(0.1), Shift(2.0), Noise(0.2))
    assert replaced(own, [Decay(0.1)]) == (Decay(0.1), Noise(0.1), Noise(0.2), Shift(2.0), CentreBias())
    assert replaced(own, []) == own
