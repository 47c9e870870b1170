from __future__ import annotations

import pytest
import torch
from torch import nn

from deepvis_app.attribution import METHODS, Target
from deepvis_app.attribution.batched import BATCHED, trace_maxima
from deepvis_app.messages import Seed
from tests.attribution.nets import loaded, picture


def net() -> nn.Sequential:
    torch.manual_seed(3)
    return (
        nn.Sequential(
            nn.Conv2d(3, 6, 3),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 5, 3),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(5 * 5 * 5, 4),
        )
        .double()
        .eval()
    )


@pytest.mark.parametrize("name", ["0", "3", "6"])
def test_each_row_is_what_the_method_gives_for_it_alone(name: str) -> None:
    model = loaded(net(), picture(1, 3, 16, 16))
    layer = model.info.layer(name)
    x, units = picture(5, 3, 16, 16), [3, 0, 2, 3, 1]
    traced = trace_maxima(model, x, layer, units, list(BATCHED))
    for row, unit in enumerate(units):
        for method in BATCHED:
            alone = METHODS[method].run(model, x[row : row + 1], Target(name, unit, Seed("max")), [name])
            torch.testing.assert_close(traced.heats[method][row].float(), alone.heat)
            assert traced.labels[method].split()[0] == alone.label.split()[0]
        unit_map = alone.activations[name].reshape(1, layer.units, *layer.map_shape)[0, unit]
        y, x_at = traced.places[row].tolist()
        assert unit_map[y, x_at] == unit_map.max()
        torch.testing.assert_close(traced.values[row], unit_map.max())


def test_without_methods_only_the_places_are_found() -> None:
    model = loaded(net(), picture(1, 3, 16, 16))
    traced = trace_maxima(model, picture(2, 3, 16, 16), model.info.layer("3"), [0, 1], [])
    assert traced.heats == {}
    assert traced.places.shape == (2, 2)


def test_a_layer_that_no_path_joins_to_the_input_gives_zeros() -> None:
    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            with torch.no_grad():
                y: torch.Tensor = self.conv(x)
            return y

    model = loaded(Cut().double(), picture(1, 3, 8, 8))
    traced = trace_maxima(model, picture(1, 3, 8, 8), model.info.layer("conv"), [1], ["deconv"])
    assert not traced.heats["deconv"].any()
