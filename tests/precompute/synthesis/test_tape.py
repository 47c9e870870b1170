"""Calls that are run again: on batches, with batch norms folded away; and when the network itself must be run."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from deepvis_app.models.loaded import LoadedModel
from precompute.synthesis.fold import folded
from precompute.synthesis.part import part_for, run_whole
from precompute.synthesis.tape import record
from tests.precompute.synthesis.nets import SIDE, Branched, Plain, model


def inputs(count: int, seed: int = 5) -> Tensor:
    return torch.randn(count, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))


class Normed(nn.Module):
    """One norm can be folded; the others read a sum, or a convolution that something else reads, too."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.norm_a = nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)
        self.b, self.norm_b = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.norm_c = nn.BatchNorm2d(4, affine=False)
        self.fc = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm_a(self.a(x)))
        z = self.b(y)
        y = self.norm_c(self.norm_b(z) + z)
        result: Tensor = self.fc(torch.flatten(F.adaptive_avg_pool2d(y, 1), 1))
        return result


def normed() -> LoadedModel:
    made = model(Normed())
    generator = torch.Generator().manual_seed(2)
    for name, buffer in made.net.named_buffers():
        if buffer.dim():
            noise = torch.rand(buffer.shape, generator=generator)
            buffer.copy_(noise + 0.5 if name.endswith("var") else noise - 0.5)
    return made


def through(net: nn.Sequential, x: Tensor) -> Tensor:
    for module in net:
        x = module(x)
    return x


class Sized(Plain):
    """The size of the batch is a number in a call, as in x.view(x.size(0), -1)."""

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = through(self, x.view(x.size(0), 3, SIDE, SIDE))
        return y


class Split(Plain):
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = through(self, x)
        first, second = y.split([2, 3], dim=1)
        return torch.cat([second, first], dim=1)


class Ruled(torch.autograd.Function):
    """A backward rule of its own, which the recorded multiplication does not have."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0] * 5


class Custom(Plain):
    def forward(self, x: Tensor) -> Tensor:
        ruled: Any = Ruled.apply  # type: ignore[no-untyped-call, unused-ignore]
        y: Tensor = through(self, ruled(x))
        return y


@pytest.mark.parametrize("net", [Plain, Branched, Normed])
def test_the_calls_run_again_give_the_networks_output_for_a_batch(net: type[nn.Module]) -> None:
    made = normed() if net is Normed else model(net())
    layer = [layer for layer in made.info.layers if layer.units][-1]
    tape = record(made.net, inputs(1), layer.name)
    x = inputs(3)
    kept = x.clone()
    with torch.no_grad():
        assert torch.allclose(tape.run(x), made.net(x), atol=1e-5)
        assert torch.allclose(folded(tape).run(x), made.net(x), atol=1e-4)
    assert torch.equal(x, kept)


def test_a_norm_is_folded_into_a_convolution_that_it_alone_reads() -> None:
    made = normed()
    tape = folded(record(made.net, inputs(1), "fc"))
    needed = [tape.calls[number - 1].name for number in sorted(tape.needed()) if number]
    assert needed.count("batch_norm") == 2
    assert needed.count("conv2d") == 2


def test_a_convolution_that_is_the_layer_itself_keeps_its_value() -> None:
    made = normed()
    layer = made.info.layer("a")
    x = inputs(2)
    part = part_for(made, layer, whole_map=True)
    assert torch.allclose(part.run(x), run_whole(made, layer, x), atol=1e-5)


def test_gradients_come_through_folded_calls() -> None:
    made = normed()
    part = part_for(made, made.info.layer("fc"))
    found = []
    for run in (part.run, lambda x: run_whole(made, made.info.layer("fc"), x)):
        leaf = inputs(2).requires_grad_()
        found.append(torch.autograd.grad(run(leaf)[:, 1].sum(), leaf)[0])
    assert float(found[1].abs().max()) > 1e-4
    assert torch.allclose(found[0], found[1], atol=1e-6)


@pytest.mark.parametrize("net", [Sized, Split, Custom])
def test_what_cannot_be_run_again_is_run_by_the_network(net: type[Plain]) -> None:
    made = model(net())
    name = "fc" if net is Sized else "output" if net is Split else "conv3"
    part = part_for(made, made.info.layer(name))
    assert not part.cut
    x = inputs(3)
    assert torch.allclose(part.run(x), run_whole(made, made.info.layer(name), x), atol=1e-5)


def test_a_pass_leaves_nothing_that_waits_for_the_garbage_collection() -> None:
    tape, x = record(Normed().eval(), inputs(1), "fc"), inputs(2)
    watched = weakref.ref(x)
    gc.disable()
    try:
        tape.run(x)
        del x
        assert watched() is None
    finally:
        gc.enable()
