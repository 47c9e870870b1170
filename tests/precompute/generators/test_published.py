"""The published topologies: their sizes as the reference counts them, and filling them with weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from deepvis_app.models import publications
from precompute.generators.published import (
    MEAN_RGB,
    PUBLISHED,
    PublishedGenerator,
    _shapes_of,
    fill,
    load_published,
    recognised,
)
from precompute.generators.store import GeneratorError
from tests.models.caffe.written import caffemodel

_CONV3 = """
    Rconv6 Rconv7 Rconv8 deconv5 conv5_1 deconv4 conv4_1 deconv3 conv3_1 deconv2 conv2_1 deconv1 conv1_1
"""
_XDREAM = """
    conv6 conv7 conv8 tconv5_0 tconv5_1 tconv4_0 tconv4_1 tconv3_0 tconv3_1 tconv2_0 conv2_1 tconv1_0 conv1_1
"""
CONV3, XDREAM = _CONV3.split(), _XDREAM.split()


@pytest.mark.parametrize(
    ("layer", "millions"),
    [("fc6", 56.10), ("fc7", 56.10), ("fc8", 43.42), ("pool5", 12.70), ("conv3", 8.07), ("conv4", 8.07)],
)
def test_each_paints_256_pixels_with_the_published_number_of_weights(layer: str, millions: float) -> None:
    with torch.device("meta"):
        generator = PublishedGenerator(layer)
    painted = generator(torch.empty(1, *PUBLISHED[layer][0], device="meta"))
    assert painted.shape == (1, 3, 256, 256)
    assert sum(p.numel() for p in generator.parameters()) / 1e6 == pytest.approx(millions, abs=0.01)


def weights_of(generator: PublishedGenerator, names: Sequence[str] = ()) -> dict[str, torch.Tensor]:
    """As a conversion has them: names of its own, no biases behind the stem."""
    state = {}
    for index, module in enumerate(generator.weighted()):
        weight = module.get_parameter("weight")
        name = names[index] if names else f"layer{index}"
        state[f"{name}.weight"] = torch.randn_like(weight) * weight[0].numel() ** -0.5
        if index < 3:
            state[f"{name}.bias"] = torch.randn_like(module.get_parameter("bias"))
    return state


def test_weights_are_taken_in_their_order_whatever_their_names(tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = weights_of(PublishedGenerator("conv3"))
    torch.save(state, tmp_path / "conv3.pt")
    generator = load_published("conv3", tmp_path / "conv3.pt")
    for index, module in enumerate(generator.weighted()):
        assert torch.equal(module.get_parameter("weight"), state[f"layer{index}.weight"])
    assert generator.weighted()[5].get_parameter("bias").abs().max() == 0
    assert not any(p.requires_grad for p in generator.parameters())


def test_blue_green_red_about_the_mean_becomes_red_green_blue_in_one() -> None:
    generator = PublishedGenerator("conv3")
    state = {key: torch.zeros_like(value) for key, value in weights_of(generator).items()}
    last = len(generator.weighted()) - 1
    state[f"layer{last}.bias"] = torch.tensor([0.1, 0.2, -0.3])
    fill(generator, state, "x")
    with torch.no_grad():
        pixel = generator(torch.zeros(1, 384, 13, 13))[0, :, 7, 9]
    inside = 255 * torch.tanh(torch.tensor([-0.3, 0.2, 0.1]))
    assert torch.allclose(pixel, (inside + torch.tensor(MEAN_RGB)) / 255, atol=1e-5)


def test_a_file_of_another_generator_is_refused_with_the_layer_that_does_not_fit(tmp_path: Path) -> None:
    generator = PublishedGenerator("conv3")
    state = weights_of(generator)
    with pytest.raises(GeneratorError, match=r"has 12 layers with weights, but .* has 13"):
        fill(generator, {k: v for k, v in state.items() if "layer0" not in k}, "x.pt")
    state["layer4.weight"] = torch.zeros(2, 2, 3, 3)
    with pytest.raises(GeneratorError, match=r"layer4.weight of x.pt has the shape \(2, 2, 3, 3\)"):
        fill(generator, state, "x.pt")
    with pytest.raises(GeneratorError, match="no published generator for conv9; there are those for fc6"):
        load_published("conv9", tmp_path / "x.pt")
    with pytest.raises(GeneratorError, match="There is no weights file"):
        load_published("fc6", tmp_path / "x.pt")


@pytest.mark.parametrize(
    "names", [CONV3, XDREAM, [f"{name}.1" for name in CONV3], [f"G.{name}" for name in CONV3]]
)
def test_known_names_count_before_the_order_in_the_file(tmp_path: Path, names: list[str]) -> None:
    """A .safetensors is sorted by name; a .1. in the names is from an old conversion."""
    torch.manual_seed(0)
    state = weights_of(PublishedGenerator("conv3"), names)
    save_file(state, tmp_path / "conv3.safetensors")
    generator = load_published("", tmp_path / "conv3.safetensors")
    for name, module in zip(names, generator.weighted(), strict=True):
        assert torch.equal(module.get_parameter("weight"), state[f"{name}.weight"])


def test_a_caffemodel_is_read_as_it_was_published(tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = weights_of(PublishedGenerator("conv3"), CONV3)
    keys = ("weight", "bias")
    blobs = {n: [state[f"{n}.{key}"].numpy() for key in keys if f"{n}.{key}" in state] for n in CONV3}
    folder = tmp_path / "conv4"
    folder.mkdir()
    (folder / "generator.caffemodel").write_bytes(caffemodel(blobs))
    generator = load_published("", folder / "generator.caffemodel")
    assert generator.layer == "conv4"  # its shapes are also conv3's; the folder says which
    assert torch.equal(generator.weighted()[2].get_parameter("bias"), state["Rconv8.bias"])
    assert torch.equal(generator.weighted()[12].get_parameter("weight"), state["conv1_1.weight"])


@pytest.mark.parametrize("layer", PUBLISHED)
def test_each_is_recognised_by_its_shapes_and_its_path(layer: str) -> None:
    with torch.device("meta"):
        state = weights_of(PublishedGenerator(layer))
    assert recognised(state, Path(f"{layer}/generator.caffemodel")) == layer
    assert recognised(state, Path(f"upconvGAN_{layer}.pt")) == layer
    shared = {"fc7": "fc6", "conv3": "conv4"}
    assert recognised(state, Path("generator.caffemodel")) == shared.get(layer, layer)


def test_weights_of_no_published_generator_are_refused() -> None:
    with pytest.raises(
        GeneratorError, match=r"x.pt has the weights of no published generator \(known: fc6, fc7"
    ):
        recognised({"a.weight": torch.zeros(3, 3)}, Path("x.pt"))


@pytest.mark.parametrize("layer", PUBLISHED)
def test_what_can_be_installed_has_the_shapes_of_what_is_built(layer: str) -> None:
    """Two tables of the same publications: `deepvis-setup` checks by one, the generators are built by the other."""
    (entry,) = (one for one in publications.PUBLISHED if one.name == f"deepsim-{layer}")
    assert list(entry.shapes) == _shapes_of(layer)
