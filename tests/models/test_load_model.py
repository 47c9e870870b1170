from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from deepvis_app.messages import ModelChoice
from deepvis_app.models import ModelError, load_model, model_names
from deepvis_app.models.devices import pick_device
from deepvis_app.models.fingerprint import fingerprint
from deepvis_app.models.random_weights import randomise
from tests.models.small_nets import classifier

USER_FILE = """
from torch import nn
labels = ["cat", "dog"]
preprocess = {"input_size": (12, 20), "crop": "squash"}
def model():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2))
ready = model()
"""


def choice(name: str, weights: str = "default", device: str = "cpu") -> ModelChoice:
    return ModelChoice(name, weights, device)


def user_file(tmp_path: Path, text: str = USER_FILE) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(text)
    return path


def test_the_bundled_network_comes_ready_to_look_at() -> None:
    model = load_model(choice("caffenet64"))
    assert not model.net.training
    assert not any(parameter.requires_grad for parameter in model.net.parameters())
    assert {parameter.dtype for parameter in model.net.parameters()} == {torch.float32}
    info = model.info
    assert (info.start_layer, info.weights, info.input_size, info.device) == (
        "conv1",
        "bundled",
        (64, 64),
        "cpu",
    )
    assert [layer.alias for layer in info.layers] == [layer.name for layer in info.layers]
    assert [layer.name for layer in info.layers if layer.is_class_layer] == ["fc8", "prob"]
    assert len(info.labels) == info.layer("prob").units == 200


def test_random_weights_are_the_same_every_time_and_not_the_bundled_ones() -> None:
    first, second = load_model(choice("caffenet64", "random")), load_model(choice("caffenet64", "random"))
    assert first.info.fingerprint == second.info.fingerprint
    assert first.info.fingerprint != load_model(choice("caffenet64")).info.fingerprint
    assert first.info.weights == "random"


def test_random_weights_neither_die_nor_explode() -> None:
    net = nn.Sequential(
        *(nn.Sequential(nn.Conv2d(c, 16, 3), nn.BatchNorm2d(16), nn.ReLU()) for c in [3] + [16] * 9)
    )
    randomise(net, (3, 32, 32))
    spread = net(torch.randn(4, 3, 32, 32)).std().item()
    assert 0.2 < spread < 2
    assert not net.training


def test_random_weights_leave_the_global_generator_alone() -> None:
    net = classifier()
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    randomise(net, (3, 16, 16))
    assert torch.rand(1) == expected


def test_an_unknown_name_lists_the_nearest() -> None:
    with pytest.raises(ModelError, match=r"no model resnet51; the nearest names are .*resnet50"):
        load_model(choice("resnet51"))


def test_weights_that_are_not_installed_name_the_command() -> None:
    with pytest.raises(ModelError, match="deepvis-setup install resnet18"):
        load_model(choice("resnet18"))


def test_a_weights_file_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(ModelError):
        load_model(choice("caffenet64", str(path)))
    with pytest.raises(ModelError, match="no weights file"):
        load_model(choice("caffenet64", str(tmp_path / "missing.safetensors")))


def test_torchvision_networks_with_installed_real_weights(shared_data: Path) -> None:
    weights = shared_data / "squeezenet1_0-imagenet.safetensors"
    info = load_model(choice("squeezenet1_0", str(weights))).info
    assert (info.weights, info.input_size, len(info.labels)) == (weights.name, (224, 224), 1000)
    assert info.start_layer == "features.0"
    assert info.labels[1] == "goldfish"


def test_a_device_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(ModelError, match=r"quantum cannot be used on this machine; choose one of .*cpu"):
        pick_device("quantum")
    with pytest.raises(ModelError, match="cpu"):
        pick_device("meta")
    with pytest.raises(ModelError, match="hpu"):  # a device of another vendor, whose module is not there
        pick_device("hpu")
    with pytest.raises(ModelError, match="cuda:77"):
        pick_device("cuda:77")
    assert pick_device("auto").type in ("cuda", "mps", "cpu")


def test_the_list_of_names_begins_with_the_bundled_network() -> None:
    names = model_names()
    assert names[0] == "caffenet64"
    assert {"resnet50", "vit_b_16", "googlenet"} <= set(names)
    assert not any("detection" in name or "segmentation" in name or "quantized" in name for name in names)


def test_importing_models_and_loading_the_bundled_one_leaves_torchvision_alone() -> None:
    code = (
        "import sys; from deepvis_app.models import load_model; from deepvis_app.messages import ModelChoice;"
        "load_model(ModelChoice('caffenet64', device='cpu')); sys.exit('torchvision' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=100).returncode == 0


# ---- fingerprints ----


def test_the_fingerprint_is_that_of_the_numbers_alone() -> None:
    net = classifier()
    original = fingerprint(net)
    assert fingerprint(net.to(memory_format=torch.channels_last)) == original
    halves = classifier()
    halves.load_state_dict({name: value.half() for name, value in net.state_dict().items()})
    assert fingerprint(halves) == fingerprint(halves.half())
    with torch.no_grad():
        next(net.parameters())[0] += 1
    assert fingerprint(net) != original


# ---- a user's own file ----


@pytest.mark.parametrize("suffix", ["", ":model", ":ready"])
def test_a_file_with_a_function_or_a_network(tmp_path: Path, suffix: str) -> None:
    model = load_model(choice(f"file:{user_file(tmp_path)}{suffix}"))
    info = model.info
    assert (info.input_size, info.input_channels, info.crop) == ((12, 20), 1, "squash")
    assert info.labels == ("cat", "dog")
    assert info.weights == "as the file made them"
    assert info.layer("0").shape == (4, 10, 18)


def test_a_file_may_leave_preprocessing_and_labels_out(tmp_path: Path) -> None:
    text = "import torch\nmodel = torch.nn.Conv2d(3, 2, 3)\n"
    info = load_model(choice(f"file:{user_file(tmp_path, text)}")).info
    assert (info.input_size, info.labels, info.label(1)) == ((224, 224), (), "class 1")


def test_a_file_may_import_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "deepvis_test_neighbour.py").write_text("import torch\nnet = torch.nn.Conv2d(3, 2, 3)\n")
    path = user_file(tmp_path, "from deepvis_test_neighbour import net as model\n")
    before = list(sys.path)
    assert load_model(choice(f"file:{path}")).info.layers[0].units == 2
    assert sys.path == before


def test_a_file_takes_weights_from_elsewhere(tmp_path: Path) -> None:
    path = user_file(tmp_path)
    own = load_model(choice(f"file:{path}", "random"))
    save_file(
        {name: value.contiguous() for name, value in own.net.state_dict().items()}, tmp_path / "w.safetensors"
    )
    again = load_model(choice(f"file:{path}", str(tmp_path / "w.safetensors")))
    assert again.info.fingerprint == own.info.fingerprint
    assert (own.info.weights, again.info.weights) == ("random", "w.safetensors")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def model(:", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "has no model"),
        ("model = 3", "neither a network nor a function"),
        ("def model(): return 3", "returned int, not a torch.nn.Module"),
        ("def model(): raise KeyError('k')", "stopped with KeyError"),
        ("def model(a, b): pass", "stopped with TypeError"),
        ("import torch; model = torch.nn.Conv2d(3, 2, 3); preprocess = 4", "must be a dict"),
        ("import torch; model = torch.nn.Conv2d(3, 2, 3); preprocess = {'size': 4}", "no setting size"),
        ("import torch; model = torch.nn.Conv2d(3, 2, 3); preprocess = {'mean': 4}", "cannot be used"),
        ("import torch; model = torch.nn.Conv2d(5, 2, 3)", "5 input channels"),
        ("import torch; model = torch.nn.Conv2d(3, 2, 3); labels = 'cat'", "must be a list of names"),
        ("import torch; model = torch.nn.Conv2d(3, 2, 3); labels = {0: 'cat'}", "must be a list of names"),
        (
            "import torch; model = torch.nn.Conv2d(3, 2, 3); preprocess = {'resize': -1}",
            "resize not negative",
        ),
        ("import torch; model = torch.nn.Conv2d(3, 2, 3, device='meta')", "weight of mine has no values yet"),
        ("import torch; model = torch.nn.LazyConv2d(2, 3)", "weight of mine has no values yet"),
        ("import torch; model = torch.nn.Linear(3, 2)", "cannot run an input of shape"),
        (
            "import sys, torch\nclass N(torch.nn.Module):\n def forward(self, x): sys.exit('bye')\nmodel = N()",
            "cannot run an input of shape .*: bye",
        ),
        ("import torch; model = torch.nn.Identity()", "no layer that can be shown"),
    ],
)
def test_every_failure_of_a_file_is_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        load_model(choice(f"file:{user_file(tmp_path, text)}"))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_file_whose_network_fails_on_random_weights_is_one_sentence(tmp_path: Path) -> None:
    text = (
        "import torch\nclass N(torch.nn.Module):\n"
        " def __init__(self): super().__init__(); self.norm = torch.nn.BatchNorm2d(3)\n"
        " def forward(self, x): raise KeyError('k')\nmodel = N()"
    )
    with pytest.raises(ModelError, match="cannot take its input size: KeyError: 'k'"):
        load_model(choice(f"file:{user_file(tmp_path, text)}", "random"))


@pytest.mark.parametrize("name", ["file:nosuch.py", "file:net.txt", "file:"])
def test_a_file_that_is_not_there_or_is_not_python(name: str) -> None:
    with pytest.raises(ModelError):
        load_model(choice(name))


def test_naming_a_file_does_not_run_it_until_it_is_loaded(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    path = user_file(tmp_path, f"open({str(marker)!r}, 'w').close()\n")
    ModelChoice(f"file:{path}")
    model_names()
    assert not marker.exists()
