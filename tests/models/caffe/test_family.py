"""caffe: models from name to network: files, preprocessing, labels, and a really trained net against another reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from deepvis_app.attribution import METHODS
from deepvis_app.attribution.base import Target
from deepvis_app.messages import ModelChoice, Seed
from deepvis_app.models import ModelError, load_model
from deepvis_app.models.caffe.family import read_net
from deepvis_app.models.probe import Probe
from precompute.synthesis.part import part_for
from tests.models.caffe.written import SMALL, caffemodel, files, small_weights


def choice(name: str, **more: str) -> ModelChoice:
    return ModelChoice(name, device="cpu", **more)


def small(tmp_path: Path) -> str:
    return "caffe:{}:{}".format(*files(tmp_path / "net", SMALL, small_weights()))


def test_a_trained_network_gives_what_opencv_gives_for_it(shared_data: Path) -> None:
    folder = shared_data / "caffe"
    net, _ = read_net(folder / "det1.prototxt", folder / "det1.caffemodel")
    oracle = np.load(folder / "det1-oracle.npz")
    names = [name for name in oracle if name != "input"]
    with torch.no_grad(), Probe(net, names) as probe:
        net(torch.from_numpy(oracle["input"]))
    assert names == ["conv4-2", "prob1"]
    for name in names:
        assert np.abs(probe.outputs[name].numpy() - oracle[name]).max() < 1e-4


def test_what_is_loaded_is_told(tmp_path: Path) -> None:
    info = load_model(choice(small(tmp_path))).info
    assert (info.title, info.weights, info.input_size, info.start_layer) == (
        "net",
        "net.caffemodel",
        (16, 16),
        "conv1",
    )
    assert "BGR 0..255, mean 104 117 123" in info.preprocessing
    assert info.preprocessing.endswith(
        "the mean is the usual one of Caffe's networks, because none was given"
    )
    assert info.labels == ()


def test_the_same_weights_have_the_same_fingerprint_whatever_their_form(tmp_path: Path) -> None:
    found = {load_model(choice(small(tmp_path))).info.fingerprint}
    for form in ("unpacked", "old"):
        (tmp_path / "net" / "net.caffemodel").write_bytes(caffemodel(small_weights(), form, v1=True))
        found.add(load_model(choice(small(tmp_path))).info.fingerprint)
    assert len(found) == 1


def test_pictures_come_in_as_blue_green_red_minus_the_mean(tmp_path: Path) -> None:
    model = load_model(choice(small(tmp_path), mean="1,2,3"))
    rgb = np.full((16, 16, 3), (10, 20, 30), np.uint8)
    assert model.preprocess(rgb, torch.device("cpu"))[0, :, 5, 5].tolist() == [29, 18, 7]
    assert "because none was given" not in model.info.preprocessing


def test_class_names_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("n00000001 a, b\nn00000002 c\n")
    info = load_model(choice(small(tmp_path), labels=str(tmp_path / "words.txt"))).info
    assert info.labels == ("a", "c")
    assert load_model(choice("caffenet64", labels=str(tmp_path / "words.txt"))).info.labels == ("a", "c")


def test_a_mean_is_only_for_networks_that_take_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="caffenet64 knows the mean of its pictures"):
        load_model(choice("caffenet64", mean="1,2,3"))


def test_what_a_data_layer_says_is_the_preprocessing(tmp_path: Path) -> None:
    data = """layer { name: "data" type: "Data" top: "data" top: "label" transform_param {
        crop_size: 16 scale: 0.5 mean_value: 10 mean_value: 20 mean_value: 30 } }"""
    text = data + SMALL[SMALL.index("layer {") :]
    described, weights = files(tmp_path, text, small_weights())
    model = load_model(choice(f"caffe:{described}:{weights}"))
    x = model.preprocess(np.full((16, 16, 3), 40, np.uint8), torch.device("cpu"))
    assert x[0, :, 0, 0].tolist() == [15, 10, 5]


def test_a_scale_behind_the_mean_stands_over_that_of_the_data_layer(tmp_path: Path) -> None:
    name = "caffe:{}:{}".format(*files(tmp_path, SMALL, small_weights()))
    model = load_model(choice(name, mean="10,20,30*0.25"))
    x = model.preprocess(np.full((16, 16, 3), 50, np.uint8), torch.device("cpu"))
    assert x[0, :, 0, 0].tolist() == [10, 7.5, 5]
    with pytest.raises(ModelError, match="'0' behind the mean is no number above 0"):
        load_model(choice(name, mean="10*0"))


def test_a_mean_file_with_a_scale_is_found_from_any_folder() -> None:
    assert choice("caffe:a:b", mean="*0.5").absolute().mean == "*0.5"
    assert choice("caffe:a:b", mean="1,2,3*0.5").absolute().mean == "1,2,3*0.5"
    assert choice("caffe:a:b", mean="m.npy*0.5").absolute().mean == f"{Path('m.npy').absolute()}*0.5"


@pytest.mark.parametrize(("channels", "mean"), [(3, "the usual one of Caffe's networks"), (1, "none")])
def test_a_mean_file_of_the_data_layer_is_asked_for_by_its_name(
    tmp_path: Path, channels: int, mean: str
) -> None:
    data = r"""layer { name: "data" type: "Data" top: "data" top: "label" transform_param {
        crop_size: 16 mean_file: "/home/them/data/im\nagenet_mean.binaryproto" } }"""
    text = data + SMALL[SMALL.index("layer {") :]
    weights = {**small_weights(), "conv1": [np.ones((4, channels, 3, 3)), np.ones(4)]}
    name = "caffe:{}:{}".format(*files(tmp_path, text, weights))
    told = load_model(choice(name)).info.preprocessing
    assert told.endswith(
        rf"; the mean is {mean}: give 'im\nagenet_mean.binaryproto', which the data layer names, with --mean"
    )
    assert "mean_file" not in load_model(choice(name, mean="7")).info.preprocessing


def test_grey_networks_take_grey_from_0_to_255(tmp_path: Path) -> None:
    text = SMALL.replace("dim: 3 dim: 16", "dim: 1 dim: 16")
    weights = {**small_weights(), "conv1": [np.ones((4, 1, 3, 3)), np.ones(4)]}
    model = load_model(choice("caffe:{}:{}".format(*files(tmp_path, text, weights))))
    assert model.preprocess(np.full((16, 16, 3), 200, np.uint8), torch.device("cpu")).unique().tolist() == [
        200
    ]


def test_weights_may_be_given_on_their_own_or_drawn(tmp_path: Path) -> None:
    described, weights = files(tmp_path, SMALL, small_weights())
    whole = load_model(choice(f"caffe:{described}:{weights}")).info
    apart = load_model(choice(f"caffe:{described}", weights=str(weights))).info
    assert apart.fingerprint == whole.fingerprint
    drawn = load_model(choice(f"caffe:{described}", weights="random"))
    again = load_model(choice(f"caffe:{described}:{weights}", weights="random"))
    assert drawn.info.fingerprint == again.info.fingerprint != whole.fingerprint
    assert drawn.info.weights == "random"


@pytest.mark.parametrize("layer", ["conv1", "conv2", "fc3"])
def test_backward_methods_and_synthesis_see_every_layer(tmp_path: Path, layer: str) -> None:
    model = load_model(choice(small(tmp_path)))
    x = torch.randn(1, 3, 16, 16)
    found = METHODS["guided"].run(model, x, Target(layer, 1, Seed()), [layer])
    assert (found.intercepted, found.rectifiers) == (2, 2)
    assert part_for(model, model.info.layer(layer)).cut == (layer != "fc3")


def test_wrong_files_are_one_sentence(tmp_path: Path) -> None:
    described, weights = files(tmp_path, SMALL, small_weights())
    cut = tmp_path / "cut.caffemodel"
    cut.write_bytes(weights.read_bytes()[:-40])
    broken = tmp_path / "broken.prototxt"
    broken.write_text(SMALL.replace("}", "", 1))
    code = tmp_path / "code.prototxt"
    code.write_text(
        'input: "d" input_shape { dim: 1 dim: 4096 } layer { name: "a" type: "TanH" bottom: "d" top: "e" }'
    )
    for name, sentence in [
        (f"caffe:{described}", "is not of the form caffe:DEPLOY.prototxt:WEIGHTS.caffemodel"),
        ("caffe:", "is not of the form"),
        (f"caffe:{tmp_path}/none.prototxt:{weights}", "Cannot read .*none.prototxt .*check the path"),
        (f"caffe:{described}:{tmp_path}/none.caffemodel", "Cannot read .*none.caffemodel"),
        (f"caffe:{described}:{tmp_path}", "Cannot read .*directory"),
        (f"caffe:{weights}:{described}", "net.caffemodel is not a text; is it the caffemodel"),
        (f"caffe:{described}:{described}", "damaged or not a caffemodel"),
        (f"caffe:{described}:{cut}", "cut.caffemodel is damaged or not a caffemodel"),
        (f"caffe:{broken}:{weights}", "broken.prototxt is no valid prototxt: line"),
        (f"caffe:{code}:{weights}", "code.prototxt cannot be used: its input of 2 dimensions is no picture"),
    ]:
        with pytest.raises(ModelError, match=sentence) as raised:
            load_model(choice(name))
        assert "\n" not in str(raised.value)
