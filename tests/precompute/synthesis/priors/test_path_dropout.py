"""Dropout of paths: which channels are silent, in which networks, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from precompute.synthesis.priors import Moment, PathDropout, PriorError
from tests.precompute.synthesis.priors.moments import moment


def silent(prior: PathDropout, at: Moment, act: Callable[[Tensor], Tensor], shape: tuple[int, ...]) -> Tensor:
    """Which channels (3, C) come out as zero; the others must be what they were, made up for."""
    x = torch.rand(shape, generator=torch.Generator().manual_seed(0)) + 0.1
    expected = act(x.clone())
    with prior.around(at):
        found = act(x.clone())
    channel = 1 if len(shape) == 4 else len(shape) - 1
    gone = found.movedim(channel, 1).flatten(2).abs().amax(2) == 0 if len(shape) > 2 else found == 0
    kept = ~gone.view(*gone.shape, *[1] * (len(shape) - 2)).movedim(1, channel)
    assert torch.allclose(found, expected * kept / (1 - prior.share))
    return gone


@pytest.mark.parametrize(
    "act", [nn.ReLU(), nn.ReLU(inplace=True), nn.ReLU6(), nn.GELU(), nn.SiLU(), Tensor.relu, F.hardswish]
)
def test_a_share_of_the_channels_is_silent_after_every_activation(act: Callable[[Tensor], Tensor]) -> None:
    gone = silent(PathDropout(0.25), moment(), act, (3, 400, 2, 2))
    assert gone.float().mean(1).tolist() == pytest.approx([0.25] * 3, abs=0.08)
    assert not torch.equal(gone[0], gone[1])


@pytest.mark.parametrize("shape", [(3, 60), (3, 5, 60), (3, 60, 4, 5)])
def test_channels_are_found_in_vectors_tokens_and_maps(shape: tuple[int, ...]) -> None:
    assert silent(PathDropout(0.5), moment(), F.relu, shape).shape == (3, 60)


def test_a_fixed_path_lasts_through_all_steps_and_another_changes() -> None:
    for fixed in (True, False):
        prior, draw = PathDropout(0.5, fixed=fixed), moment().draw
        memory: dict[Any, Any] = {}
        found = []
        for index in range(3):
            at = Moment(index, 3, 1.0, draw, memory=memory)
            with prior.around(at):
                first, second = F.relu(torch.ones(3, 40)), F.relu(torch.ones(3, 40))
            assert not torch.equal(first, second)
            found.append(torch.stack([first, second]))
        assert torch.equal(found[0], found[2]) == fixed
        assert torch.equal(found[0], found[1]) == fixed


def test_the_gradient_takes_the_paths_that_are_left() -> None:
    x = torch.ones(3, 40, requires_grad=True)
    with PathDropout(0.5).around(moment()):
        seen = F.relu(x, inplace=False)
    (gradient,) = torch.autograd.grad(seen.sum(), x)
    assert torch.equal(gradient, seen.detach())
    assert set(gradient.unique().tolist()) == {0.0, 2.0}


def test_other_calls_and_other_batches_are_left_alone() -> None:
    x = torch.ones(3, 40)
    with PathDropout(0.9).around(moment()):
        assert torch.equal(x.clamp(0, 1), x)
        assert torch.equal(x + 0, x)
        assert torch.equal(F.relu(torch.ones(6, 40)), torch.ones(6, 40))
    assert torch.equal(F.relu(x), x)
    with pytest.raises(PriorError, match="share"):
        PathDropout(1.0)
