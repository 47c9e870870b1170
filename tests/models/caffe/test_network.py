from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from deepvis_app.models.caffe.caffemodel import Blobs, caffemodel_of
from deepvis_app.models.caffe.errors import CaffeError
from deepvis_app.models.caffe.graph import graph_of
from deepvis_app.models.caffe.network import CaffeNet, build
from deepvis_app.models.caffe.prototxt import parse
from deepvis_app.models.layers import enumerate_layers
from deepvis_app.models.probe import Probe
from tests.models.caffe.written import SMALL, Array, caffemodel, small_weights

OLD = """
input: "data" input_dim: 1 input_dim: 3 input_dim: 16 input_dim: 16
layers { name: "conv1" type: CONVOLUTION bottom: "data" top: "conv1" blobs_lr: 1
         convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
layers { name: "relu1" type: RELU bottom: "conv1" top: "conv1" }
layers { name: "pool1" type: POOLING bottom: "conv1" top: "pool1" pooling_param { kernel_size: 3 stride: 2 } }
layers { name: "norm1" type: LRN bottom: "pool1" top: "norm1" lrn_param { local_size: 3 alpha: 0.1 } }
layers { name: "conv2" type: CONVOLUTION bottom: "norm1" top: "conv2"
         convolution_param { num_output: 6 kernel_size: 3 group: 2 } }
layers { name: "relu2" type: RELU bottom: "conv2" top: "conv2" }
layers { name: "fc3" type: INNER_PRODUCT bottom: "conv2" top: "fc3" inner_product_param { num_output: 5 } }
layers { name: "loss" type: SOFTMAX_LOSS bottom: "fc3" bottom: "label" }
layers { name: "prob" type: SOFTMAX bottom: "fc3" top: "prob" }
"""


def blobs(layers: dict[str, list[Array]] | None = None) -> Blobs:
    return caffemodel_of(caffemodel(small_weights() if layers is None else layers), "w.caffemodel")


def made(text: str, weights: Blobs | None = None) -> CaffeNet:
    return build(graph_of(parse(text), "net.prototxt"), weights, "net.prototxt")


def test_modules_are_called_as_the_layers_and_run_in_their_order() -> None:
    net = made(SMALL, blobs())
    names = ["conv1", "relu1", "pool1", "norm1", "conv2", "relu2", "fc3", "prob"]
    assert [name for name, _ in net.named_children()] == names
    layers = enumerate_layers(net, torch.zeros(1, 3, 16, 16))
    assert [layer.name for layer in layers] == names
    assert [layer.alias for layer in layers] == names
    assert {layer.name: layer.pictures_of for layer in layers}["pool1"] == "conv1"
    assert [layer.name for layer in layers if layer.is_class_layer] == ["fc3", "prob"]
    fields = {layer.name: layer.receptive_field for layer in layers}
    assert fields["norm1"] is not None
    assert fields["conv2"] is not None
    assert (fields["norm1"].size, fields["conv2"].size, fields["conv2"].stride) == ((5, 5), (9, 9), (2, 2))


def test_what_is_before_and_behind_an_in_place_layer_can_both_be_seen() -> None:
    net = made(SMALL, blobs())
    with torch.no_grad(), Probe(net, ["conv1", "relu1", "pool1"]) as probe:
        found = probe.run(torch.randn(2, 3, 16, 16))
    assert float(found["conv1"].min()) < 0
    assert torch.equal(found["relu1"], found["conv1"].clamp(min=0))
    assert torch.equal(found["pool1"], nn.functional.max_pool2d(found["relu1"], 3, 2, ceil_mode=True))


def test_old_and_new_descriptions_give_the_same_network() -> None:
    x = torch.randn(3, 3, 16, 16)
    assert torch.equal(made(OLD, blobs())(x), made(SMALL, blobs())(x))


def test_a_fully_convolutional_network_takes_other_sizes() -> None:
    text = SMALL[: SMALL.index('layer { name: "fc3"')]
    assert made(text, blobs())(torch.randn(1, 3, 40, 24)).shape == (1, 6, 18, 10)


TRAINING = """
name: "train_val"
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
        transform_param { crop_size: 16 } }
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
        transform_param { crop_size: 16 mean_value: 1 } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
layer { name: "noise" type: "Noise" bottom: "conv1" top: "conv1" include { phase: TRAIN } }
layer { name: "debug" type: "Noise" bottom: "conv1" top: "conv1" include { stage: "debug" } }
layer { name: "never" type: "Noise" bottom: "conv1" top: "conv1" exclude { phase: TEST } }
layer { name: "accuracy" type: "Accuracy" bottom: "conv1" bottom: "label" top: "accuracy" include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "conv1" bottom: "label" top: "loss" }
"""


def test_of_a_training_description_the_test_phase_is_run_without_data_and_losses() -> None:
    net = made(TRAINING, blobs())
    assert [name for name, _ in net.named_children()] == ["conv1"]
    assert net.input_shape == (1, 3, 16, 16)  # three channels, as the weights have them
    grey = {"conv1": [np.ones((4, 1, 3, 3)), np.ones(4)]}
    assert made(TRAINING, blobs(grey)).input_shape == (1, 1, 16, 16)


def test_an_input_layer_says_its_shape_too() -> None:
    old = SMALL[SMALL.index("input:") : SMALL.index("layer {")]
    new = 'layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 16 dim: 16 } } }'
    assert made(SMALL.replace(old, new), blobs()).input_shape == (1, 3, 16, 16)


def test_of_several_outputs_the_last_is_given_and_all_can_be_probed() -> None:
    text = (
        SMALL.replace('bottom: "fc3" top: "prob"', 'bottom: "fc3" top: "prob"')
        + """
    layer { name: "side" type: "Sigmoid" bottom: "conv2" top: "side" }
    layer { name: "last" type: "TanH" bottom: "fc3" top: "last" }
    """
    )
    net = made(text, blobs())
    with torch.no_grad(), Probe(net, ["prob", "side", "last"]) as probe:
        output = net(x := torch.randn(1, 3, 16, 16))
        assert set(probe.outputs) == {"prob", "side", "last"}
    assert torch.equal(output, probe.outputs["last"])
    assert torch.equal(made(SMALL, blobs())(x), probe.outputs["prob"])


def test_one_position_of_maps_counts_as_a_vector_of_classes() -> None:
    text = SMALL[: SMALL.index('layer { name: "fc3"')]
    text += 'layer { name: "pool" type: "Pooling" bottom: "conv2" top: "p" pooling_param { global_pooling: true } }'
    assert made(text, blobs())(torch.randn(2, 3, 16, 16)).shape == (2, 6)


def test_names_that_torch_or_patterns_would_misread_are_made_plain_and_unlike() -> None:
    names = ["a/b.c", "a_b_c", "forward", "training", "output", "*,x", "1x1"]
    text = 'input: "d" input_shape { dim: 1 dim: 3 dim: 4 dim: 4 }' + "".join(
        f'layer {{ name: "{name}" type: "TanH" bottom: "d" top: "d" }}' for name in names
    )
    net = made(text, {})
    plain = ["a_b_c", "a_b_c_2", "forward_", "training_", "output_", "__x", "1x1"]
    assert [name for name, _ in net.named_children()] == plain
    assert len(enumerate_layers(net, torch.zeros(1, 3, 4, 4))) == len(names)


def test_blobs_are_let_go_when_nobody_needs_them() -> None:
    done = [step.done for step in made(SMALL, blobs())._steps]
    assert done == [("data",), (), ("conv1",), ("pool1",), ("norm1",), (), ("conv2",), ("fc3",)]


def test_gradients_come_through() -> None:
    net = made(SMALL, blobs())
    x = torch.randn(1, 3, 16, 16, requires_grad=True)
    net(x)[0, 2].backward()
    assert x.grad is not None
    assert float(x.grad.abs().sum()) > 0


def test_without_weights_they_can_be_drawn() -> None:
    net = made(SMALL, None)
    assert not any(weight.is_meta for weight in net.parameters())
    assert net.get_submodule("conv2").get_parameter("weight").shape == (6, 2, 3, 3)


SENTENCES = {
    "layer types that are not known here: PriorBox (layer box), Permute (layer turn)": SMALL
    + 'layer { name: "box" type: "PriorBox" bottom: "x" top: "y" }'
    + 'layer { name: "turn" type: "Permute" bottom: "x" top: "z" }'
    + 'layer { name: "box2" type: "PriorBox" bottom: "x" top: "y2" }',
    "Layer b reads nothing": SMALL + 'layer { name: "b" type: "TanH" top: "y" }',
    "Layer b names no top": 'input: "d" input_shape { dim: 1 dim: 3 } layer { name: "b" type: "TanH" bottom: "d" }',
    "must have one input that its layers read; it has data, x": SMALL
    + 'input: "x" input_shape { dim: 1 } layer { name: "b" type: "TanH" bottom: "x" top: "y" }',
    "must have one input that its layers read; it has none": SMALL.replace('"data"', '"other"', 1),
    "describes no layers; is it a solver's file": 'net: "train_val.prototxt" base_lr: 0.01',
    "in Caffe's oldest format": 'layers { layer { name: "conv1" type: "conv" } bottom: "data" }',
    "names 1 inputs and 0 shapes": 'input: "data" layer { name: "a" type: "TanH" bottom: "data" top: "b" }',
    "has the shape (0, 3, 16, 16)": SMALL.replace("dim: 10", "dim: 0"),
    "does not say how large its input is": TRAINING.replace("crop_size: 16", ""),
    "Layer in (Input) says no shape": 'layer { name: "in" type: "Input" top: "data" }',
    "num_output must be a whole number": SMALL.replace("num_output: 4", "num_output: 4.5"),
    "Layer side (TanH) cannot take an input of 4 x 8 x 8 and 5": SMALL
    + 'layer { name: "side" type: "TanH" bottom: "pool1" bottom: "fc3" top: "y" }',
    "input_dim must be a whole number": SMALL.replace("input_shape", "input_dim: many input_shapes"),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_description_that_cannot_be_run_is_one_sentence(sentence: str) -> None:
    with pytest.raises(CaffeError) as raised:
        made(SENTENCES[sentence], blobs())
    assert sentence.replace("has the shape", "the shape") in str(raised.value)
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


def test_weights_that_do_not_fit_name_the_layer() -> None:
    weights = small_weights()
    missing = {name: arrays for name, arrays in weights.items() if name != "conv2"}
    with pytest.raises(CaffeError, match=r"no weights for layer conv2; it is of another network\."):
        made(SMALL, blobs(missing))
    with pytest.raises(
        CaffeError, match=r"weight of layer conv1 is 4 x 3 x 5 x 5, but 4 x 3 x 3 x 3 is described\."
    ):
        made(SMALL, blobs({**weights, "conv1": [np.ones((4, 3, 5, 5)), np.ones(4)]}))
    with pytest.raises(
        CaffeError, match=r"Layer fc3 \(InnerProduct\) needs 2 arrays of weights; the caffemodel has 1\."
    ):
        made(SMALL, blobs({**weights, "fc3": [np.ones((5, 216))]}))


@pytest.mark.parametrize("size", ["num_output: 99999999999", "num_output: 4 kernel_size: 99999"])
def test_absurd_sizes_ask_for_no_memory(size: str) -> None:
    text = SMALL.replace(
        "num_output: 4 kernel_size: 3", size + " kernel_h: 3 kernel_w: 3" * ("kernel" not in size)
    )
    for weights in (None, blobs()):
        with pytest.raises(CaffeError, match=r"(Layer|layer) conv1"):
            made(text, weights)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("Convolution", "num_output: 1 kernel_size: 1 pad: 100000"),
        ("Convolution", "num_output: 999999999 kernel_size: 1"),
        ("Deconvolution", "num_output: 1 kernel_size: 2 stride: 50000"),
        ("Deconvolution", "num_output: 1 kernel_size: 2 dilation: 9999999"),
    ],
)
def test_maps_of_absurd_size_are_refused_before_they_are_made(kind: str, settings: str) -> None:
    text = (
        f'layer {{ name: "big" type: "{kind}" bottom: "data" top: "big" convolution_param {{ {settings} }} }}'
    )
    with pytest.raises(CaffeError, match=rf"Layer big \({kind}\) cannot be built: it would make maps of"):
        made(SMALL[: SMALL.index("layer {")] + text, None)


def test_doubling_again_and_again_is_refused() -> None:
    text = 'input: "b0" input_shape { dim: 1 dim: 4096 dim: 64 dim: 64 }' + "".join(
        f'layer {{ name: "l{k}" type: "Concat" {f"""bottom: "b{k}" """ * 17} top: "b{k + 1}" }}'
        for k in range(9)
    )
    with pytest.raises(CaffeError, match=r"Layer l0 \(Concat\) would read 3e\+08 values"):
        made(text, {})


def test_an_input_of_absurd_size_is_refused() -> None:
    with pytest.raises(CaffeError, match="which cannot be"):
        made(SMALL.replace("dim: 16", "dim: 1000000"), blobs())
