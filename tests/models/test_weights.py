from __future__ import annotations

import errno
import os
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torchvision import models

from deepvis_app import files
from deepvis_app.models import weights
from deepvis_app.models.weights import WeightsError, load_into, read_state_dict

STATE = {"conv.weight": torch.arange(6.0).reshape(2, 3), "conv.bias": torch.ones(2)}


class Trap:
    """Unpickled carelessly, this would create a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return list(a) == list(b) and all(torch.equal(a[key], b[key]) for key in a)


def install(name: str = "net") -> weights.Installed:
    return weights.install_state(name, STATE, "https://a.org/net.pth", "ab" * 32)


# ---- reading ----


def test_safetensors_are_read(tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "a.safetensors")
    assert same(
        dict(sorted(read_state_dict(tmp_path / "a.safetensors").items())), dict(sorted(STATE.items()))
    )


@pytest.mark.parametrize("suffix", [".pth", ".pt"])
@pytest.mark.parametrize("wrapper", [None, "state_dict", "model_state_dict", "model"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_pickles_are_read_and_unwrapped(
    tmp_path: Path, suffix: str, wrapper: str | None, prefix: str
) -> None:
    named = {prefix + key: value for key, value in STATE.items()}
    torch.save({wrapper: named, "epoch": 3} if wrapper else named, tmp_path / f"a{suffix}")
    assert same(read_state_dict(tmp_path / f"a{suffix}"), STATE)


def test_a_malicious_pickle_is_refused_and_not_executed(tmp_path: Path) -> None:
    torch.save({"conv.weight": Trap(tmp_path / "sprung")}, tmp_path / "a.pth")
    with pytest.raises(WeightsError, match="nothing of it was executed"):
        read_state_dict(tmp_path / "a.pth")
    assert not (tmp_path / "sprung").exists()
    torch.load(tmp_path / "a.pth", weights_only=False)  # the trap is a real one
    assert (tmp_path / "sprung").exists()


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.99])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_truncated_file_is_refused_in_a_sentence(tmp_path: Path, keep: float, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    torch.save(STATE, path) if suffix == ".pth" else save_file(STATE, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep if keep >= 1 else keep * len(content))])
    with pytest.raises(WeightsError, match=rf"a{suffix} is damaged"):
        read_state_dict(path)


@pytest.mark.parametrize("content", [{"epoch": 3}, [1, 2], torch.ones(2), {}])
def test_a_pickle_without_named_tensors_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(WeightsError, match="no weights by name"):
        read_state_dict(tmp_path / "a.pth")


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(b"x")
    with pytest.raises(WeightsError, match=r"use \.safetensors, \.pth or \.pt"):
        read_state_dict(tmp_path / "a.onnx")
    with pytest.raises(WeightsError, match="There is no weights file"):
        read_state_dict(tmp_path / "none.pth")


# ---- filling a network ----


def test_weights_that_fit_fill_the_network() -> None:
    net = nn.Sequential(OrderedDict(conv=nn.Linear(3, 2)))
    load_into(net, STATE)
    assert same(net.state_dict(), STATE)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"conv.bias": torch.ones(2)}, r"1 weight \(conv.weight\) missing"),
        ({**STATE, "a": torch.ones(1)}, r"1 weight \(a\) unexpected"),
        ({**STATE, "conv.bias": torch.ones(3)}, r"1 weight \(conv.bias\) of another shape"),
        (
            {"a": torch.ones(1), "b": torch.ones(1), "c": torch.ones(1)},
            r"missing, 3 weights \(a, b, ...\) unexpected",
        ),
    ],
)
def test_weights_that_do_not_fit_are_named(given: dict[str, Tensor], sentence: str) -> None:
    net = nn.Sequential(OrderedDict(conv=nn.Linear(3, 2)))
    with pytest.raises(WeightsError, match=f"do not fit thing: .*{sentence}"):
        load_into(net, given, name="thing")


def test_training_heads_are_left_out_where_the_network_has_none() -> None:
    full = models.googlenet(init_weights=False)
    assert any(key.startswith("aux1.") for key in full.state_dict())
    plain = models.googlenet(init_weights=False, aux_logits=False)
    load_into(plain, dict(full.state_dict()))
    assert torch.equal(plain.fc.weight, full.fc.weight)


def test_densenet_names_of_old_releases_are_understood() -> None:
    net = models.DenseNet(growth_rate=2, block_config=(1, 1), num_init_features=4, num_classes=2)
    old = {
        key.replace("norm1", "norm.1").replace("conv2", "conv.2"): value + 1
        for key, value in net.state_dict().items()
    }
    assert any(".norm.1." in key for key in old)
    load_into(net, old)
    layer = "features.denseblock1.denselayer1"
    assert torch.equal(net.state_dict()[f"{layer}.norm1.weight"], old[f"{layer}.norm.1.weight"])


def test_a_network_that_asks_for_a_version_is_filled_without_one() -> None:
    net = models.MNASNet(0.5)
    load_into(net, dict(net.state_dict()))


# ---- the store ----


def test_what_is_installed_can_be_found_and_read(home: Path) -> None:
    assert weights.installed("net") is None
    record = install()
    path = weights.installed("net")
    assert path == home / "data" / "models" / "net.safetensors"
    assert same(dict(sorted(read_state_dict(path).items())), dict(sorted(STATE.items())))
    assert record.sha256 == files.file_sha256(path)
    assert record.size == path.stat().st_size
    assert weights.records() == (record,)


def test_shared_and_strided_tensors_are_stored_as_what_they_are() -> None:
    base = torch.arange(12.0).reshape(3, 4)
    state = {"a": base, "again": base, "row": base[1], "turned": base.T, "last": torch.ones(2, 3, 4, 5)}
    state["last"] = state["last"].to(memory_format=torch.channels_last)
    weights.install_state("net", state, "here", "")
    path = weights.installed("net")
    assert path is not None
    stored = read_state_dict(path)
    assert {key: value.tolist() for key, value in stored.items()} == {k: v.tolist() for k, v in state.items()}


def test_check_is_silent_while_all_is_well() -> None:
    assert weights.check() == ()
    install()
    assert weights.check() == ()
    assert weights.intact("net")


def test_check_finds_one_changed_bit() -> None:
    install()
    path = weights.installed("net")
    assert path is not None
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    (sentence,) = weights.check()
    assert "net" in sentence
    assert "has changed" in sentence
    assert not weights.intact("net")


def test_check_finds_a_file_that_is_gone_and_one_that_nobody_installed() -> None:
    install()
    path = weights.store_folder() / "net.safetensors"
    path.rename(path.with_name("other.safetensors"))
    gone, stray = weights.check()
    assert "is gone" in gone
    assert "other.safetensors belongs to no installed network" in stray
    assert weights.installed("net") is None


def test_removing_leaves_nothing() -> None:
    install()
    assert weights.remove("net")
    assert list(weights.store_folder().iterdir()) == []
    assert not weights.remove("net")


@pytest.mark.parametrize("name", ["../net", "file:net.py", "", "a/b", "..", "/etc/passwd"])
def test_names_that_are_no_file_names_are_not_installed(name: str) -> None:
    assert weights.installed(name) is None
    assert not weights.remove(name)


@pytest.mark.parametrize("record", ["", "{}", "[]", '{"name": "net"}', "\x00"])
def test_a_damaged_record_counts_as_not_installed(record: str) -> None:
    install()
    (weights.store_folder() / "net.json").write_text(record)
    assert weights.installed("net") is None
    assert weights.records() == ()
    assert len(weights.check()) == 2


def test_a_record_cannot_point_outside_the_store(tmp_path: Path) -> None:
    install()
    manifest = weights.store_folder() / "net.json"
    manifest.write_text(manifest.read_text().replace("net.safetensors", "../victim.safetensors"))
    victim = weights.store_folder().parent / "victim.safetensors"
    victim.write_bytes(b"precious")
    assert weights.installed("net") is None
    assert not weights.remove("net")
    assert victim.exists()


def test_a_full_disk_installs_nothing_and_keeps_the_old(monkeypatch: pytest.MonkeyPatch) -> None:
    before = install()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WeightsError, match="No space left on device; nothing was installed"):
        weights.install_state("net", {"other": torch.ones(9)}, "there", "")
    assert weights.check() == ()
    assert weights.records() == (before,)
