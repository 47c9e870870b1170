from __future__ import annotations

import torch
from torch import nn

from deepvis_app.models.layers import as_maps_batch, enumerate_layers
from deepvis_app.models.probe import Probe
from precompute.top.maxima import MaximaWatch, columns
from precompute.top.scan import scanned_layers
from tests.models.small_nets import FunctionalReLU, hooks_left
from tests.precompute.top.nets import small_model


def test_all_layers_maxima_come_from_one_pass_and_are_the_probes() -> None:
    model = small_model()
    layers = [layer for layer in model.info.layers if layer.units]
    x = torch.randn(3, 3, 20, 24)
    with MaximaWatch(model.net, layers) as watch:
        found = watch.run(x)
    with torch.no_grad(), Probe(model.net, [layer.name for layer in layers]) as probe:
        outputs = probe.run(x)
    assert found.shape == (3, watch.units)
    for layer in layers:
        maps = as_maps_batch(layer, outputs[layer.name])
        assert torch.equal(found[:, watch.columns[layer.name]], maps.flatten(2).max(2).values), layer.name
    assert hooks_left(model.net) == 0


def test_what_is_done_in_place_behind_a_layer_does_not_change_its_maxima() -> None:
    net = FunctionalReLU().eval()
    layers = [layer for layer in enumerate_layers(net, torch.zeros(1, 3, 8, 8)) if layer.name == "conv"]
    x = torch.randn(4, 3, 8, 8) - 20 * net.conv.weight.sum()
    with MaximaWatch(net, layers) as watch:
        found = watch.run(x)
    torch.testing.assert_close(found, net.conv(x).amax((2, 3)).detach())


def test_a_layer_that_does_not_run_gives_nan() -> None:
    class Sometimes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Conv2d(3, 2, 1), nn.Conv2d(3, 2, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y: torch.Tensor = self.b(x) if x.max() < 5 else self.a(x)
            return y

    net = Sometimes().eval()
    layers = [layer for layer in enumerate_layers(net, torch.zeros(1, 3, 8, 8)) if layer.name == "b"]
    with MaximaWatch(net, layers) as watch:
        assert watch.run(torch.full((2, 3, 8, 8), 9.0)).isnan().all()
        assert watch.run(torch.zeros(2, 3, 8, 8)).isfinite().all()


def test_only_layers_with_pictures_of_their_own_are_scanned() -> None:
    model = small_model()
    names = [layer.name for layer in scanned_layers(model)]
    assert "0" in names
    assert "1" not in names  # the ReLU on it
    assert columns(scanned_layers(model))[names[1]].start == 4
