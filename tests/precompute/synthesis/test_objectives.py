from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from precompute.synthesis.objectives import OBJECTIVES, check_objective
from tests.precompute.synthesis.nets import Plain, model

MAPS = torch.randn(2, 4, 5, 6, generator=torch.Generator().manual_seed(0))
UNITS = torch.tensor([3, 1])


def test_the_default_is_the_units_value_at_the_centre() -> None:
    found = OBJECTIVES["centre"].value(MAPS, UNITS)
    assert found.tolist() == [float(MAPS[0, 3, 2, 3]), float(MAPS[1, 1, 2, 3])]


def test_channel_is_the_mean_of_the_units_map() -> None:
    found = OBJECTIVES["channel"].value(MAPS, UNITS)
    assert found.tolist() == pytest.approx([float(MAPS[0, 3].mean()), float(MAPS[1, 1].mean())])
    assert OBJECTIVES["channel"].whole_map


def test_log_softmax_is_the_log_of_the_share_among_the_units() -> None:
    maps = MAPS[:, :, :1, :1]
    found = OBJECTIVES["log-softmax"].value(maps, UNITS)
    for k, unit in enumerate([3, 1]):
        column = [float(v) for v in maps[k, :, 0, 0]]
        assert float(found[k]) == pytest.approx(
            column[unit] - math.log(sum(math.exp(v) for v in column)), abs=1e-5
        )


def test_objectives_of_classes_are_refused_elsewhere_with_a_sentence() -> None:
    info = model(Plain()).info
    with pytest.raises(
        ValueError, match="log-softmax is for class layers, which conv2 is not; choose centre"
    ):
        check_objective("log-softmax", info.layer("conv2"))
    assert check_objective("logit", info.layer("fc")).for_classes
    behind = replace(info.layer("fc"), alias="prob", kind="Softmax")
    with pytest.raises(ValueError, match="prob is behind the softmax; choose the layer before it"):
        check_objective("logit", behind)
