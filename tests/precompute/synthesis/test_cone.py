"""The cut network against the whole one: the same value, the same gradient inside, and nothing outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from deepvis_app.models.loaded import LoadedModel
from precompute.synthesis.cone import Cone
from precompute.synthesis.part import part_for, run_whole
from precompute.synthesis.tape import record
from precompute.synthesis.windows import UnknownConeError
from tests.precompute.synthesis.nets import SIDE, Branched, Gated, Plain, model

NETS: dict[str, Callable[[], nn.Module]] = {"plain": Plain, "branched": Branched}
CASES = [
    *(("plain", name) for name in ("conv1", "pool1", "conv2", "conv3")),
    *(("branched", name) for name in ("stem", "norm", "three", "wide", "mean", "last")),
]


def inputs(count: int = 3) -> Tensor:
    return torch.randn(count, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(5))


def cone_of(made: LoadedModel, layer: str, y: int, x: int) -> Cone:
    return Cone(record(made.net, torch.zeros(1, 3, SIDE, SIDE), layer), y, x)


def gradients(made: LoadedModel, layer: str, y: int, x: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Value and input gradient of all units at the position, of the whole network and of the cut one."""
    info, cone = made.info.layer(layer), cone_of(made, layer, y, x)
    runs: list[Callable[[Tensor], Tensor]] = [
        lambda leaf: run_whole(made, info, leaf)[:, :, y, x],
        lambda leaf: cone(leaf)[:, :, 0, 0],
    ]
    found = []
    for run in runs:
        leaf = inputs().requires_grad_()
        value = run(leaf)
        weights = torch.arange(1.0, value.shape[1] + 1)
        found += [value.detach(), torch.autograd.grad((value * weights).sum(), leaf)[0]]
    return found[0], found[1], found[2], found[3]


@pytest.mark.parametrize("corner", ["centre", "first", "last"])
@pytest.mark.parametrize(("net", "layer"), CASES)
def test_the_cut_network_has_the_whole_ones_value_and_gradient(net: str, layer: str, corner: str) -> None:
    """Also at the borders of the map, where zero padding is part of what a unit sees."""
    made = model(NETS[net]())
    height, width = made.info.layer(layer).map_shape
    y, x = {"centre": (height // 2, width // 2), "first": (0, 0), "last": (height - 1, width - 1)}[corner]
    whole, whole_gradient, cut, cut_gradient = gradients(made, layer, y, x)
    assert torch.allclose(cut, whole, atol=1e-5)
    assert whole_gradient.abs().max() > 1e-3
    assert torch.allclose(cut_gradient, whole_gradient, atol=1e-5)


@pytest.mark.parametrize(("net", "layer"), CASES)
def test_what_is_read_is_the_receptive_field_inside_the_input(net: str, layer: str) -> None:
    made = model(NETS[net]())
    part = part_for(made, made.info.layer(layer))
    assert part.cut
    height, width = made.info.layer(layer).map_shape
    assert cone_of(made, layer, height // 2, width // 2).box == part.field


def test_a_part_of_the_input_with_the_field_in_it_is_enough() -> None:
    made = model(Plain())
    layer = made.info.layer("conv2")
    part = part_for(made, layer)
    top, left, bottom, right = part.canvas
    assert (bottom - top) * (right - left) < SIDE * SIDE
    x = inputs()
    assert torch.allclose(
        part.run(x[:, :, top:bottom, left:right]), run_whole(made, layer, x)[:, :, 4:5, 4:5], atol=1e-5
    )


def test_no_other_position_is_computed() -> None:
    made = model(Plain())
    calls = []
    part = part_for(made, made.info.layer("conv3"))

    class Counting(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            out = func(*args, **(kwargs or {}))
            if getattr(func, "__name__", "") == "conv2d":
                calls.append(tuple(out.shape[2:]))
            return out

    top, left, bottom, right = part.canvas
    with Counting():
        part.run(inputs()[:, :, top:bottom, left:right])
    assert calls == [(11, 11), (3, 3), (1, 1)]  # of maps of 16, 8 and 8


def test_a_gate_over_the_whole_picture_is_run_whole() -> None:
    made = model(Gated())
    with pytest.raises(UnknownConeError):
        cone_of(made, "last", 16, 16)
    part = part_for(made, made.info.layer("last"))
    assert not part.cut
    assert part.canvas == (0, 0, SIDE, SIDE)


def test_single_values_and_whole_maps_are_run_up_to_their_layer() -> None:
    made = model(Plain())
    assert not part_for(made, made.info.layer("fc")).cut
    assert not part_for(made, made.info.layer("conv2"), whole_map=True).cut


def test_the_order_of_two_convolutions_is_not_mixed_up_by_memory_that_is_used_again() -> None:
    """Numbers go by the tensors' identity, so none may be freed while the calls are recorded."""
    made = model(nn.Sequential(*[nn.Conv2d(3, 3, 3, padding=1) for _ in range(12)]))
    whole, _, cut, _ = gradients(made, "11", 16, 16)
    assert torch.allclose(cut, whole, atol=1e-5)
