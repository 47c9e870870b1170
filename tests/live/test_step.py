"""One step against direct calls of the network and of the attribution methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from deepvis_app.attribution import METHODS, Target
from deepvis_app.live.mosaic import fit
from deepvis_app.live.painter import heat_picture
from deepvis_app.live.step import LIVE_GAP_S, Memo, step
from deepvis_app.messages import Cell, Frame, ModelChoice, Request, Scale, Seed, UnitRef
from deepvis_app.models import LoadedModel, load_model
from deepvis_app.render.grid import tile_box
from deepvis_app.render.views import VIEWS


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model(ModelChoice("caffenet64", weights="random", device="cpu"))


def frame(index: int = 1, at: float = 0.0) -> Frame:
    rgb = np.random.default_rng(index).integers(0, 256, (90, 120, 3), np.uint8)
    return Frame(index, rgb, at)


def activations(model: LoadedModel, upto: str, index: int = 1) -> torch.Tensor:
    x = model.preprocess(frame(index).rgb, model.device)
    with torch.inference_mode():
        for name, module in model.net.named_children():
            x = module(x)
            if name == upto:
                break
    return x[0]


@pytest.mark.parametrize("layer", ["conv1", "relu3", "pool5", "fc6", "prob"])
def test_every_tile_shows_the_layers_own_values(model: LoadedModel, layer: str) -> None:
    result = step(model, frame(), Request(1, layer, 3), Memo())
    mosaic, direct = result.mosaic, activations(model, layer)
    assert mosaic is not None
    maps = direct if direct.ndim == 3 else direct[:, None, None]
    fitted = fit(maps, mosaic.grid.tile)
    assert mosaic.top == pytest.approx(float(maps.abs().max()), rel=1e-4)
    for unit in (0, 3, len(maps) - 1):
        top, left, bottom, right = tile_box(mosaic.grid, unit)
        expected = 128 + 127 * fitted[unit] / mosaic.top
        np.testing.assert_allclose(mosaic.pixels[top:bottom, left:right], expected, atol=0.6)
    assert result.unit is not None
    np.testing.assert_allclose(result.unit.values, maps[3], atol=1e-5)
    assert result.unit.maximum == pytest.approx(float(maps[3].max()), abs=1e-6)


def test_the_scores_are_the_networks_best_five(model: LoadedModel) -> None:
    result = step(model, frame(), Request(1, "conv1"), Memo())
    direct = activations(model, "prob")
    assert [s.index for s in result.scores] == direct.topk(5).indices.tolist()
    assert result.scores[0].value == pytest.approx(float(direct.max()), abs=1e-6)
    assert result.scores[0].label == model.info.labels[result.scores[0].index]


@pytest.mark.parametrize("method", [name for name, m in METHODS.items() if not m.slow])
def test_the_back_picture_is_that_of_a_direct_call(model: LoadedModel, method: str) -> None:
    request = Request(1, "conv4", 5, method=method, seed=Seed("max"), view="raw")
    result = step(model, frame(), request, Memo())
    x = model.preprocess(frame().rgb, model.device)
    direct = METHODS[method].run(model, x, Target("conv4", 5, Seed("max")), frozenset(["conv4"]))
    assert result.heat is not None
    picture = VIEWS["raw"].draw(direct.heat.numpy(), model.preprocess.picture(x))
    np.testing.assert_array_equal(result.heat.picture, picture)
    assert result.heat.method == direct.label
    assert result.heat.origin == UnitRef("conv4", 5)


def test_one_forward_pass_serves_a_step_with_deconv(model: LoadedModel) -> None:
    calls = []
    handle = model.net.register_forward_hook(lambda *_: calls.append(1))
    step(model, frame(), Request(1, "conv4", 5, method="deconv"), Memo())
    handle.remove()
    assert len(calls) == 1


def test_on_a_still_picture_a_change_of_display_needs_no_network(model: LoadedModel) -> None:
    memo = Memo()
    request = Request(1, "conv2", 3, method="guided")
    first = step(model, frame(), request, memo)
    calls = []
    handle = model.net.register_forward_hook(lambda *_: calls.append(1))
    again = step(
        model, frame(), replace(request, scale=Scale(gamma=0.5), view="gray", cell=Cell(7, 2, 3)), memo
    )
    assert calls == []
    step(model, frame(), replace(request, unit=4), memo)
    step(model, frame(2), replace(request, unit=4), memo)
    handle.remove()
    assert len(calls) == 2
    assert first.unit is not None
    assert again.unit is not None
    np.testing.assert_array_equal(first.unit.values, again.unit.values)
    assert again.cell_value == pytest.approx(float(activations(model, "conv2")[7, 2, 3]), abs=1e-5)


def test_the_gradient_grid_shows_layers_before_a_frozen_origin_and_explains_the_others(
    model: LoadedModel,
) -> None:
    request = Request(1, "conv2", method="gradient", grid="backward", origin=UnitRef("fc8", 9))
    before = step(model, frame(), request, Memo())
    assert before.mosaic is not None
    assert before.mosaic.content == "backward"
    assert len(np.unique(before.mosaic.pixels)) > 10
    after = step(model, frame(), replace(request, layer="fc8", origin=UnitRef("conv2", 9)), Memo())
    assert after.mosaic is None
    assert "choose a layer before it" in after.notes[0]


def test_units_can_be_shown_strongest_first(model: LoadedModel) -> None:
    result = step(model, frame(), Request(1, "relu5", order="activation"), Memo())
    peaks = activations(model, "relu5").amax((1, 2))
    assert result.mosaic is not None
    shown = peaks[torch.from_numpy(result.mosaic.order.copy()).long()]
    assert (shown.diff() <= 0).all()


def test_the_overview_has_a_mosaic_of_every_layer(model: LoadedModel) -> None:
    result = step(model, frame(), Request(1, "conv1", overview=True), Memo())
    assert [m.layer for m in result.overview] == [x.name for x in model.info.layers if x.units]


def test_ranges_fall_slowly_in_a_stream_and_start_afresh_with_another_picture(model: LoadedModel) -> None:
    bright, dark = frame(1), replace(frame(2), rgb=np.full((90, 120, 3), 117, np.uint8))
    memo = Memo()

    def top(shown: Frame, index: int, at: float) -> float:
        result = step(model, replace(shown, index=index, captured_at=at), Request(1, "conv1"), memo)
        assert result.mosaic is not None
        return result.mosaic.top

    first = top(bright, 1, 0.0)
    still = top(replace(dark, still=True), 12, 0.1)
    assert still < first / 2
    assert top(bright, 13, 0.15) == pytest.approx(first)
    own = top(dark, 2, LIVE_GAP_S + 1)
    assert own < first / 2
    assert top(bright, 3, LIVE_GAP_S + 1.05) == pytest.approx(first)
    assert top(dark, 4, LIVE_GAP_S + 1.10) == pytest.approx(first + 0.1 * (own - first), rel=1e-4)
    assert top(dark, 5, LIVE_GAP_S + 1.15) == pytest.approx(first + 0.19 * (own - first), rel=1e-4)


def test_results_are_read_only(model: LoadedModel) -> None:
    result = step(model, frame(), Request(1, "conv1", method="deconv", overlay=True), Memo())
    assert result.mosaic is not None
    assert result.unit is not None
    assert result.heat is not None
    assert result.heat.strength is not None
    assert result.network_input is not None
    for array in (
        result.mosaic.pixels,
        result.mosaic.order,
        result.unit.values,
        result.unit.pixels,
        result.heat.picture,
        result.heat.strength,
        result.network_input,
    ):
        assert not array.flags.writeable


class Several(torch.nn.Module):
    """A network that returns more than one thing."""

    def __init__(self, net: torch.nn.Module, wrap: Callable[[torch.Tensor], object]) -> None:
        super().__init__()
        self.net, self.wrap = net, wrap

    def forward(self, x: torch.Tensor) -> object:
        return self.wrap(self.net(x))


def test_the_overlays_map_is_made_only_when_it_is_asked_for(model: LoadedModel) -> None:
    request = Request(1, "conv4", 5, method="deconv")
    plain, overlaid = (step(model, frame(), replace(request, overlay=o), Memo()).heat for o in (False, True))
    assert plain is not None
    assert plain.strength is None
    assert overlaid is not None
    assert overlaid.strength is not None
    assert (overlaid.strength.shape, overlaid.strength.max()) == ((64, 64), 1)


@pytest.mark.parametrize(
    ("wrap", "scored"),
    [
        (lambda y: (y, 2 * y), True),
        (lambda y: [y], True),
        (lambda y: {"features": y[:, :, None, None], "logits": y}, True),
        (lambda y: {}, False),
        (lambda y: None, False),
    ],
)
@pytest.mark.parametrize("method", ["off", "deconv"])
def test_a_network_that_returns_several_things_is_shown(
    model: LoadedModel, wrap: Callable[[torch.Tensor], object], scored: bool, method: str
) -> None:
    inside = replace(model.info, layers=tuple(replace(x, name=f"net.{x.name}") for x in model.info.layers))
    several = replace(model, net=Several(model.net, wrap), info=inside)
    request = Request(1, "conv2", method=method)
    expected = step(model, frame(), request, Memo())
    found = step(several, frame(), replace(request, layer="net.conv2"), Memo())
    assert [s.index for s in found.scores] == [s.index for s in expected.scores if scored]
    assert found.mosaic is not None
    assert expected.mosaic is not None
    np.testing.assert_array_equal(found.mosaic.pixels, expected.mosaic.pixels)


@pytest.mark.parametrize("strange", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("boost", [0.0, 0.5])
def test_values_that_are_no_numbers_are_told_and_the_others_are_shown(strange: str, boost: float) -> None:
    model = load_model(ModelChoice("caffenet64", weights="random", device="cpu"))
    bias = model.net.get_submodule("conv2").get_parameter("bias")
    healthy = step(model, frame(), Request(1, "conv2", scale=Scale(boost=boost)), Memo())
    with torch.no_grad():
        bias[5] = float(strange)
    found = step(
        model, frame(), Request(1, "conv2", 5, "forward", "deconv", scale=Scale(boost=boost)), Memo()
    )
    assert found.mosaic is not None
    assert healthy.mosaic is not None
    assert np.isfinite(found.mosaic.top)
    for unit, level in ((5, {"nan": 0, "inf": 255, "-inf": 1}[strange]), (6, None)):
        top, left, bottom, right = tile_box(found.mosaic.grid, unit)
        tile = found.mosaic.pixels[top:bottom, left:right]
        if level is not None:
            assert np.unique(tile).tolist() == [level]
        else:
            assert len(np.unique(tile)) > 10
    count = model.info.layer("conv2").map_shape[0] * model.info.layer("conv2").map_shape[1]
    assert found.notes[0].startswith(f"{count} of {count * 128} values of conv2 are NaN or infinite")


def test_a_network_full_of_nan_has_no_scores_and_no_back_picture() -> None:
    model = load_model(ModelChoice("caffenet64", weights="random", device="cpu"))
    with torch.no_grad():
        model.net.get_submodule("conv1").get_parameter("weight").fill_(float("nan"))
    found = step(model, frame(), Request(1, "relu3", 5, "forward", "gradient"), Memo())
    assert found.scores == ()
    assert "class scores are NaN" in found.scores_note
    assert found.mosaic is not None
    assert not found.mosaic.pixels.any()
    assert found.heat is not None
    assert found.heat.empty
    assert "NaN" in found.heat.note


@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_very_small_and_very_large_backward_signals_give_the_same_picture(
    model: LoadedModel, size: float
) -> None:
    request = Request(1, "conv2", 3, "forward", "gradient", view="norm")
    signal = torch.randn(3, 64, 64, generator=torch.Generator().manual_seed(0))
    x = model.preprocess(frame().rgb, model.device)
    made = METHODS["gradient"].run(model, x, Target("conv2", 3, Seed("map")), frozenset())
    picture = model.preprocess.picture(x)
    expected = heat_picture(replace(made, heat=signal), request, picture)
    found = heat_picture(replace(made, heat=signal * size), request, picture)
    np.testing.assert_allclose(found.picture.astype(int), expected.picture, atol=1)
    assert found.picture.std() > 10


def test_a_layer_that_did_not_run_for_this_picture_is_named(model: LoadedModel) -> None:
    class Skips(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.zeros(1, 3)

    skips = Skips()
    skips.conv1 = model.net.get_submodule("conv1")
    found = step(replace(model, net=skips), frame(), Request(1, "conv1"), Memo())
    assert found.mosaic is None
    assert found.notes == ("conv1 did not run for this picture: choose another layer.",)


def test_an_unknown_layer_is_an_error_and_leaves_no_hook(model: LoadedModel) -> None:
    with pytest.raises(KeyError):
        step(model, frame(), Request(1, "conv99"), Memo())
    assert not any(module._forward_hooks for module in model.net.modules())
