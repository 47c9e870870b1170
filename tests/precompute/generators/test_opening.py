from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from deepvis_app.models import weights
from precompute.generators.opening import open_generator
from precompute.generators.published import MEAN_RGB, PUBLISHED, PublishedGenerator
from precompute.generators.store import GeneratorError, save_generator, user_folder
from precompute.generators.topology import Generator, Topology, initialise
from tests.models.caffe.written import SMALL, Array, caffemodel, files, small_weights

PAINTER = """
input: "feat" input_shape { dim: 64 dim: 5 }
layer { name: "fc" type: "InnerProduct" bottom: "feat" top: "fc" inner_product_param { num_output: 8 } }
layer { name: "relu" type: "ReLU" bottom: "fc" top: "fc" relu_param { negative_slope: 0.3 } }
layer { name: "reshape" type: "Reshape" bottom: "fc" top: "maps"
        reshape_param { shape { dim: 64 dim: 2 dim: 2 dim: 2 } } }
layer { name: "deconv" type: "Deconvolution" bottom: "maps" top: "deconv"
        convolution_param { num_output: 3 kernel_size: 4 stride: 2 pad: 1 } }
layer { name: "tanh" type: "TanH" bottom: "deconv" top: "bounded" }
layer { name: "times" type: "Eltwise" bottom: "bounded" top: "generated" eltwise_param { coeff: 255 } }
"""


def painter_weights() -> dict[str, list[Array]]:
    random = np.random.default_rng(0)
    return {
        "fc": [random.normal(size=(8, 5)), random.normal(size=8)],
        "deconv": [random.normal(size=(2, 3, 4, 4)) * 0.1, np.array([0.1, 0.2, -0.3])],
    }


def published(folder: Path, name: str = "generator", layer: str = "conv3") -> Path:
    """A random one's state dict."""
    folder.mkdir(exist_ok=True)
    generator = PublishedGenerator(layer)
    state = {f"l{k}.weight": m.get_parameter("weight").detach() for k, m in enumerate(generator.weighted())}
    torch.save(state, folder / f"{name}.pt")
    return folder / f"{name}.pt"


def test_a_trained_one_is_opened_by_name_and_by_path() -> None:
    generator = Generator(Topology((6,), hidden=8))
    initialise(generator, torch.ones(6), torch.full((6,), 2.0))
    save_generator(generator, {"encoder": {"layer": "fc6", "fingerprint": "ab"}}, user_folder(), "mine")
    for text in ("mine", str(user_folder() / "mine.safetensors")):
        found, card = open_generator(text)
        assert (found.code_shape, found.size, card["encoder"]["fingerprint"]) == ((6,), 64, "ab")
        assert found.upper_bound().tolist() == [7.0] * 6


def test_a_published_one_is_opened_by_its_file(tmp_path: Path) -> None:
    generator, card = open_generator(str(published(tmp_path / "conv3")))
    assert (generator.code_shape, generator.size) == (PUBLISHED["conv3"][0], 256)
    assert card["encoder"] == {"title": "CaffeNet", "model": "bvlc-caffenet", "layer": "conv3"}
    assert generator.code_std.unique().tolist() == pytest.approx([19.7])
    assert not any(weight.requires_grad for weight in generator.parameters())


def test_an_installed_one_is_opened_by_its_name_with_the_bounds_beside_it(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match="deepvis-setup install deepsim-conv3"):
        open_generator("deepsim-conv3")
    content = published(tmp_path / "conv3").read_bytes()
    bounds = b" ".join([b"30"] * (384 * 13 * 13))
    weights.install_bytes("deepsim-conv3", ".pt", content, "x", "ab", {".bounds.txt": bounds})
    generator, card = open_generator("deepsim-conv3")
    assert card["name"] == "deepsim-conv3"
    assert generator.upper_bound().unique().tolist() == pytest.approx([30.0], abs=1e-4)


def test_any_caffe_network_from_codes_to_pictures_is_a_generator(tmp_path: Path) -> None:
    described, model = files(tmp_path, PAINTER, painter_weights())
    generator, card = open_generator(f"caffe:{described}:{model}")
    assert (generator.code_shape, generator.size) == ((5,), 4)
    assert card["encoder"] == {"title": "CaffeNet"}
    arrays = painter_weights()
    code = torch.randn(3, 5)
    hidden = code @ torch.tensor(arrays["fc"][0]).float().T + torch.tensor(arrays["fc"][1]).float()
    hidden = torch.where(hidden > 0, hidden, 0.3 * hidden).reshape(3, 2, 2, 2)
    kernel, bias = (torch.tensor(array).float() for array in arrays["deconv"])
    bgr = 255 * torch.tanh(torch.conv_transpose2d(hidden, kernel, bias, stride=2, padding=1))
    expected = (bgr[:, [2, 1, 0]] + torch.tensor(MEAN_RGB).view(3, 1, 1)) / 255
    assert torch.allclose(generator(code), expected, atol=1e-5)


def test_codes_have_gradients(tmp_path: Path) -> None:
    generator, _ = open_generator("caffe:{}:{}".format(*files(tmp_path, PAINTER, painter_weights())))
    code = torch.randn(2, 5, requires_grad=True)
    generator(code).sum().backward()
    assert code.grad is not None
    assert float(code.grad.abs().min()) > 0


def test_what_is_no_generator_is_one_sentence(tmp_path: Path) -> None:
    described, model = files(tmp_path / "net", SMALL, small_weights())
    other = tmp_path / "other.caffemodel"
    other.write_bytes(caffemodel(small_weights()))
    (tmp_path / "cut.caffemodel").write_bytes(model.read_bytes()[:100])
    for text, sentence in [
        (f"caffe:{described}:{model}", "gives 5, not a square picture of three colours"),
        (f"caffe:{described}", "not of the form caffe:PROTOTXT:CAFFEMODEL"),
        (f"caffe:{described}:{tmp_path}/cut.caffemodel", "cut.caffemodel is damaged"),
        (str(other), "other.caffemodel has the weights of no published generator"),
        (str(tmp_path / "none.caffemodel"), "There is no file"),
        ("deepsim-fc9", r"There is no generator deepsim-fc9; .* Published ones are deepsim-fc6,"),
    ]:
        with pytest.raises(GeneratorError, match=sentence):
            open_generator(text)
