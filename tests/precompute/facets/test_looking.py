from __future__ import annotations

import numpy as np
import pytest
import torch

from deepvis_app.messages import LayerInfo, ModelInfo
from deepvis_app.models.probe import Probe
from precompute.facets.looking import Looker, code_layer
from tests.precompute.facets.nets import COLOURS, colour_model, coloured

PIXELS = np.stack([coloured(colour, 3) for colour in COLOURS])


def outputs(*names: str) -> dict[str, torch.Tensor]:
    model = colour_model()
    x = model.preprocess.normalise(torch.from_numpy(PIXELS).permute(0, 3, 1, 2).float())
    with Probe(model.net, names) as probe:
        return dict(probe.run(x))


def test_a_classs_code_is_the_last_layer_before_the_classes() -> None:
    model = colour_model()
    looks = Looker(model, model.info.layer("6")).look(PIXELS, 1)
    found = outputs("5", "6")
    assert np.allclose(looks.codes, found["5"], atol=1e-5)
    assert np.allclose(looks.values, found["6"][:, 1], atol=1e-5)
    assert (looks.places == 0).all()


def test_a_hidden_units_code_is_its_own_layer() -> None:
    model = colour_model()
    looks = Looker(model, model.info.layer("4")).look(PIXELS, 2)
    assert np.allclose(looks.codes, outputs("4")["4"], atol=1e-5)


def test_a_conv_units_code_is_the_column_where_it_is_strongest() -> None:
    model = colour_model()
    looker = Looker(model, model.info.layer("0"))
    looks, maps = looker.look(PIXELS, 4), outputs("0")["0"]
    middle = looker.look(PIXELS, 4, centre=True)
    for row in range(len(PIXELS)):
        y, x = looks.places[row]
        assert looks.values[row] == pytest.approx(float(maps[row, 4].max()), abs=1e-5)
        assert np.allclose(looks.codes[row], maps[row, :, y, x], atol=1e-5)
        assert np.allclose(middle.codes[row], maps[row, :, 6, 6], atol=1e-5)
    assert looker.column


def test_a_map_before_the_classes_is_averaged_over_its_places() -> None:
    layers = (
        LayerInfo("fire", "fire", "Fire", (8, 3, 3), 8, (3, 3)),
        LayerInfo("drop", "drop", "Dropout", (8, 3, 3), 0, (3, 3), hidden_because="no units"),
        LayerInfo("conv", "conv", "Conv2d", (5, 3, 3), 5, (3, 3), is_class_layer=True),
    )
    info = ModelInfo(colour_model().info.choice, "", layers, (9, 9), 3, "crop", (), "", "cpu", "", "")
    assert code_layer(info, layers[2]) == (layers[0], False)
    assert code_layer(info, layers[0]) == (layers[0], True)
