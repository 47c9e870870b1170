"""The live frame's code against the layer's own values, and what it costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from deepvis_app.live.codes import code_of
from deepvis_app.live.step import Memo, step
from deepvis_app.messages import CodeOrder, CodeSpace, Frame, LayerInfo, ModelChoice, ModelInfo, Request
from deepvis_app.models import LoadedModel, load_model

NONE = np.zeros((0, 0), np.float32)
CONV = LayerInfo("conv", "conv", "Conv2d", (5, 3, 4), 5, (3, 4))
INFO = ModelInfo(ModelChoice("toy"), "toy", (CONV,), (8, 8), 3, "crop", (), "0", "cpu", "random", "")


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model(ModelChoice("caffenet64", weights="random", device="cpu"))


@pytest.mark.parametrize("column", [True, False])
def test_a_code_is_what_the_facet_map_takes_of_the_same_maps(column: bool) -> None:
    maps = torch.from_numpy(np.random.default_rng(2).normal(size=(1, 5, 3, 4)).astype(np.float32))
    for unit in range(5):
        found = code_of(INFO, CodeOrder("conv", unit, column), {"conv": maps})
        assert found is not None
        space = CodeSpace("conv", column, np.zeros(5, np.float32), NONE, NONE)
        np.testing.assert_allclose(found, space.code(maps[0].numpy(), unit), rtol=1e-5)
        assert found.base is None or found.base.nbytes <= found.nbytes  # it holds no layer in memory
        assert not found.flags.writeable


def test_there_is_no_code_where_none_is_wanted_or_its_layer_did_not_run() -> None:
    maps = torch.zeros(1, 5, 3, 4)
    assert code_of(INFO, None, {"conv": maps}) is None
    assert code_of(INFO, CodeOrder("conv", 0, True), {}) is None


@pytest.mark.parametrize("method", ["off", "deconv"])
def test_a_class_units_code_comes_from_the_layer_before_in_the_same_pass(
    model: LoadedModel, method: str
) -> None:
    frame = Frame(1, np.random.default_rng(1).integers(0, 256, (90, 120, 3), np.uint8), 0.0)
    wanted = Request(1, "fc8", 3, method=method, code=CodeOrder("relu7", 3, False))
    passes: list[object] = []
    with model.net.register_forward_hook(lambda *_: passes.append(1)):
        found = step(model, frame, wanted, Memo())
    assert len(passes) == 1
    hidden = step(model, frame, replace(wanted, layer="relu7", unit=0, code=None), Memo())
    assert found.code is not None
    assert hidden.unit is not None
    assert hidden.code is None
    assert found.code[0] == pytest.approx(float(hidden.unit.values[0, 0]), abs=1e-6)
    assert found.code.shape == (model.info.layer("relu7").units,)
