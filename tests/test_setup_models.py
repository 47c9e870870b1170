from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torchvision import models

import setup_models
from deepvis_app.models import download, published, weights
from deepvis_app.models.download import Patience
from deepvis_app.models.publications import PUBLISHED, Published
from tests.conftest import ROOT
from tests.models.caffe.written import caffemodel
from tests.models.test_weights import Trap
from tests.servers import Behaviour, FileServer, serving

SMALL = "squeezenet1_1"
Install = Callable[..., int]


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "small.pth"
    torch.save(models.squeezenet1_1().state_dict(), path)
    return path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, small_file: Path) -> Iterator[FileServer]:
    """Serves good weights for SMALL, and the table says so."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(download, "Patience", lambda: Patience(attempts=2, timeout=0.3, pause=0.01))
    with serving() as server:
        server.content = small_file.read_bytes()
        digest = sha256(server.content).hexdigest()
        entry = Published(SMALL, f"{server.url}/small.pth", len(server.content), digest)
        monkeypatch.setattr(published, "published", lambda: {SMALL: entry})
        yield server


def files_under(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr beside the progress bar: one line."""
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("deepvis-setup: ")]
    assert len(said) == 1
    return said[0]


def test_the_list_names_every_classification_network_with_its_size(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert setup_models.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in models.list_models(module=models):
        (line,) = (line for line in lines if line.split()[0] == name)
        assert re.search(r" [1-9]\d* MB$", line)


def test_the_list_says_what_is_bundled_and_installed(
    capsys: pytest.CaptureFixture[str], small_file: Path
) -> None:
    setup_models.main(["install", SMALL, "--from", str(small_file)])
    setup_models.main(["list"])
    out = capsys.readouterr().out
    assert re.search(rf"^{SMALL} .*installed$", out, re.MULTILINE)
    assert re.search(r"^caffenet64 .*bundled$", out, re.MULTILINE)
    assert not re.search(r"^alexnet .*installed$", out, re.MULTILINE)


def test_every_published_file_states_its_hash_where_somebody_states_it() -> None:
    silent = {"caffenet-yos", *(entry.name for entry in PUBLISHED if entry.kind == "generator")}
    for entry in published.published().values():
        stated = entry.sha1 if entry.name.startswith("bvlc") else entry.sha256
        assert (entry.name in silent) or re.fullmatch(r"[0-9a-f]{8,64}", stated), entry
        assert entry.url.startswith("https://") or entry.sha1 or entry.sha256


def test_a_network_is_downloaded_checked_and_removed(
    server: FileServer, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup_models.main(["install", SMALL]) == 0
    assert files_under(home) == [f"{SMALL}.json", f"{SMALL}.safetensors"]
    record = weights.records()[0]
    assert record.source == f"{server.url}/small.pth"
    assert record.source_sha256 == sha256(server.content).hexdigest()
    assert record.sha256 in capsys.readouterr().out
    assert setup_models.main(["check"]) == 0
    assert setup_models.main(["remove", SMALL]) == 0
    assert files_under(home) == []


def test_what_is_installed_and_whole_is_not_fetched_again_but_a_damaged_file_is(server: FileServer) -> None:
    setup_models.main(["install", SMALL])
    assert setup_models.main(["install", SMALL]) == 0
    assert len(server.ranges) == 1
    (weights.store_folder() / f"{SMALL}.safetensors").write_bytes(b"damaged")
    assert setup_models.main(["check"]) == 1
    assert setup_models.main(["install", SMALL]) == 0
    assert setup_models.main(["check"]) == 0
    assert len(server.ranges) == 2


@pytest.mark.parametrize("behaviour", ["404", "500", "slow", "cut"])
def test_a_failing_server_gives_one_sentence_and_installs_nothing(
    server: FileServer, home: Path, behaviour: Behaviour, capsys: pytest.CaptureFixture[str]
) -> None:
    server.plan = [behaviour] * 2
    assert setup_models.main(["install", SMALL]) == 1
    assert one_sentence(capsys).endswith(".")
    assert weights.installed(SMALL) is None
    assert set(files_under(home)) <= {"small.pth.part", "small.pth.part.json"}


def test_a_cut_download_is_continued_by_the_next_run(server: FileServer) -> None:
    server.plan = ["cut", "500"]
    assert setup_models.main(["install", SMALL]) == 1
    assert setup_models.main(["install", SMALL]) == 0
    assert server.ranges[-1] == f"bytes={len(server.content) // 2}-"


def test_wrong_bytes_give_one_sentence_and_leave_nothing(
    server: FileServer, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.content = server.content[::-1]
    assert setup_models.main(["install", SMALL]) == 1
    assert "not the expected file" in one_sentence(capsys)
    assert files_under(home) == []


def test_a_mirror_is_asked_for_the_same_file_name(
    server: FileServer, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "published", lambda: {SMALL: published._of_torchvision(SMALL)})
    monkeypatch.setenv("DEEPVIS_WEIGHTS_URL", f"{server.url}/mirror/")
    assert setup_models.main(["install", SMALL]) == 1  # what this server has is not torchvision's file
    assert f"{server.url}/mirror/squeezenet1_1-" in one_sentence(capsys)
    assert files_under(home) == []


@pytest.mark.parametrize("name", ["googlenet", "mnasnet0_5", "regnet_y_400mf", "squeezenet1_0"])
def test_a_local_file_is_installed_for_networks_with_peculiarities(tmp_path: Path, name: str) -> None:
    options = {"init_weights": False} if name == "googlenet" else {}
    net = models.get_model(name, weights=None, **options)
    torch.save(net.state_dict(), tmp_path / "a.pth")
    assert setup_models.main(["install", name, "--from", str(tmp_path / "a.pth")]) == 0
    path = weights.installed(name)
    assert path is not None
    weights.load_into(models.get_model(name, weights=None, **options), weights.read_state_dict(path))


def test_really_trained_weights_are_installed_unchanged(shared_data: Path) -> None:
    source = shared_data / "squeezenet1_0-imagenet.safetensors"
    assert setup_models.main(["install", "squeezenet1_0", "--from", str(source)]) == 0
    path = weights.installed("squeezenet1_0")
    assert path is not None
    before, after = weights.read_state_dict(source), weights.read_state_dict(path)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert setup_models.main(["check"]) == 0
    assert setup_models.main(["remove", "squeezenet1_0"]) == 0
    assert weights.installed("squeezenet1_0") is None


def test_weights_of_another_network_are_refused_in_one_sentence(
    small_file: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup_models.main(["install", "alexnet", "--from", str(small_file)]) == 1
    assert "do not fit alexnet" in one_sentence(capsys)
    assert files_under(home) == []


def test_a_malicious_file_is_refused_and_not_executed(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"a": Trap(tmp_path / "sprung")}, tmp_path / "a.pth")
    assert setup_models.main(["install", SMALL, "--from", str(tmp_path / "a.pth")]) == 1
    assert "nothing of it was executed" in one_sentence(capsys)
    assert not (tmp_path / "sprung").exists()
    assert files_under(home) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["install", "squezenet1_1"], "nearest names: squeezenet1_1"),
        (["remove", "resnet_50"], "nearest names: resnet50"),
        (["install", "qqqq"], "nearest names: alexnet"),
        (["install", "caffenet64"], "comes with the program"),
        (["install", "alexnet", "vgg11", "--from", "a.pth"], "exactly one NAME"),
    ],
)
def test_wrong_usage_is_told_and_exits_with_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup_models.main(arguments) == 2
    assert sentence in one_sentence(capsys)


@pytest.mark.parametrize("arguments", [[], ["instal"], ["install"], ["list", "alexnet"]])
def test_arguments_that_make_no_command_exit_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        setup_models.main(arguments)
    assert stopped.value.code == 2
    assert "usage: deepvis-setup" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["remove", "alexnet"], ["install", "alexnet", "--from", "nowhere.pth"]]
)
def test_what_is_not_there_is_told_and_exits_with_1(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert setup_models.main(arguments) == 1
    assert re.search(r"not installed|no file nowhere.pth", one_sentence(capsys))


def licensed(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.content = caffemodel({"deconv0": [np.ones((1, 3, 4, 4))]})
    digest = sha256(server.content).hexdigest()
    url = f"{server.url}/generator.caffemodel"
    size = len(server.content)
    entry = Published("generator", url, size, digest, "non-commercial", True, kind="generator")
    monkeypatch.setattr(published, "PUBLISHED", (entry,))
    monkeypatch.setattr(published, "published", lambda: {"generator": entry})


def test_nothing_is_fetched_before_its_licence_is_accepted(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    licensed(server, monkeypatch)
    assert setup_models.main(["install", "generator"]) == 1
    assert "licence was not accepted" in one_sentence(capsys)
    assert server.ranges == []


def test_a_file_of_another_kind_is_stored_as_it_is_once_its_licence_is_accepted(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    licensed(server, monkeypatch)
    assert setup_models.main(["install", "generator", "--accept-licence"]) == 0
    path = weights.installed("generator")
    assert path is not None
    assert path.name == "generator.caffemodel"
    assert path.read_bytes() == server.content
    assert setup_models.main(["check"]) == 0


def test_an_existing_safetensors_file_without_the_right_names_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.safetensors").write_bytes(save({"a": torch.ones(2)}))
    assert setup_models.main(["install", SMALL, "--from", str(tmp_path / "a.safetensors")]) == 1
    assert "52 weights" in one_sentence(capsys)


@pytest.mark.slow
def test_the_script_runs_from_any_folder(tmp_path: Path, small_file: Path) -> None:
    command = [sys.executable, str(ROOT / "setup_models.py"), "install", SMALL, "--from", str(small_file)]
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert weights.intact(SMALL)
