"""deepvis-setup and what others publish for Caffe: networks of several files, and generators inside a zip."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path
from zipfile import ZipFile

import pytest
import torch

import setup_models
from deepvis_app.files import cache_folder
from deepvis_app.messages import ModelChoice
from deepvis_app.models import (
    ModelError,
    download,
    load_model,
    model_names,
    published,
    weights,
)
from deepvis_app.models.caffe import named
from deepvis_app.models.download import Patience
from deepvis_app.models.publications import BOUNDS, PROTOTXT, PUBLISHED, Beside, Published
from tests.models.caffe.written import SMALL, caffemodel, files, small_weights
from tests.servers import FileServer, serving

WEIGHTS = caffemodel(small_weights())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(download, "Patience", lambda: Patience(attempts=1, timeout=5, pause=0.01))
    with serving() as server:
        server.contents = {"/deploy.prototxt": SMALL.encode(), "/net.caffemodel": WEIGHTS}
        yield server


def offered(monkeypatch: pytest.MonkeyPatch, *entries: Published) -> None:
    """These are all that is published."""
    for module in (published, named):
        monkeypatch.setattr(module, "PUBLISHED", entries)
    monkeypatch.setattr(published, "published", lambda: {entry.name: entry for entry in entries})


def network(server: FileServer, digest: str = sha1(WEIGHTS).hexdigest()) -> Published:
    beside = (Beside(PROTOTXT, f"{server.url}/deploy.prototxt"),)
    return Published("old-net", f"{server.url}/net.caffemodel", 5, sha1=digest, beside=beside, mean="1,2,3")


def generator(server: FileServer) -> Published:
    return Published(
        "deepsim-fc6", f"{server.url}/release.zip", 0, licence="research only", licence_must_be_accepted=True,
        member="fc6/generator.caffemodel", beside=(Beside(BOUNDS, f"{server.url}/fc6.txt"),), kind="generator",
    )  # fmt: skip


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def release(content: bytes = WEIGHTS) -> bytes:
    return zipped(
        **{
            "release/fc6/generator.caffemodel": content,
            "release/fc7/generator.caffemodel": b"another",
            "../../evil": b"x",
            "release/fc6/README": b"x",
        }
    )


def stored() -> list[str]:
    folder = weights.store_folder()
    return sorted(path.name for path in folder.glob("*")) if folder.is_dir() else []


def said(capsys: pytest.CaptureFixture[str]) -> str:
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("deepvis-setup: ")]
    assert len(lines) == 1
    return lines[0]


def test_a_published_network_is_installed_and_chosen_by_its_name(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(monkeypatch, network(server))
    with pytest.raises(ModelError, match="old-net is not installed: run deepvis-setup install old-net"):
        load_model(ModelChoice("old-net", device="cpu"))
    assert setup_models.main(["install", "old-net"]) == 0
    assert stored() == ["old-net.caffemodel", "old-net.json", "old-net.prototxt"]
    assert list((cache_folder() / "downloads").glob("*")) == []
    info = load_model(ModelChoice("old-net", device="cpu")).info
    assert (info.title, info.labels[1], info.weights) == ("old-net", "goldfish", "old-net.caffemodel")
    assert "mean 1 2 3" in info.preprocessing
    assert "mean 9 9 9" in load_model(ModelChoice("old-net", device="cpu", mean="9")).info.preprocessing
    assert load_model(ModelChoice("old-net", "random", "cpu")).info.weights == "random"
    with pytest.raises(ModelError, match="has its own weights"):
        load_model(ModelChoice("old-net", "/other.caffemodel", "cpu"))
    assert setup_models.main(["check"]) == 0
    (weights.store_folder() / "old-net.prototxt").unlink()
    assert setup_models.main(["check"]) == 1
    assert (
        "old-net.prototxt is gone; repair it with: deepvis-setup install old-net" in capsys.readouterr().err
    )
    assert setup_models.main(["install", "old-net"]) == 0
    assert setup_models.main(["remove", "old-net"]) == 0
    assert stored() == []


def test_what_does_not_fit_or_is_another_file_is_not_installed(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(monkeypatch, network(server, digest="0" * 40))
    assert setup_models.main(["install", "old-net"]) == 1
    assert "its SHA-1 is" in said(capsys)
    assert list((cache_folder() / "downloads").glob("*")) == []
    offered(monkeypatch, network(server))
    server.contents["/deploy.prototxt"] = SMALL.replace("num_output: 4", "num_output: 8").encode()
    assert setup_models.main(["install", "old-net"]) == 1
    assert "weight of layer conv1 is 4 x 3 x 3 x 3, but 8 x 3 x 3 x 3 is described" in said(capsys)
    server.contents["/deploy.prototxt"] = b"<html>"
    assert setup_models.main(["install", "old-net"]) == 1
    assert "old-net.prototxt is no valid prototxt" in said(capsys)
    assert stored() == []
    assert list((cache_folder() / "downloads").glob("*")) == []


def test_of_a_zip_only_the_wanted_file_is_unpacked_and_the_zip_serves_again(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    offered(monkeypatch, generator(server))
    server.contents |= {"/release.zip": release(), "/fc6.txt": b"1 2 3"}
    for _ in range(2):
        assert setup_models.main(["install", "deepsim-fc6", "--accept-licence"]) == 0
        assert stored() == ["deepsim-fc6.bounds.txt", "deepsim-fc6.caffemodel", "deepsim-fc6.json"]
        path = weights.installed("deepsim-fc6")
        assert path is not None
        assert path.read_bytes() == WEIGHTS
        weights.remove("deepsim-fc6")
    assert server.asked.count("/release.zip") == 1
    assert not list(home.parent.rglob("evil"))


def test_a_full_disk_loses_no_zip_that_was_fetched(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.contents = {"/release.zip": release(), "/fc6.txt": b"1 2\n"}
    offered(monkeypatch, generator(server))
    full = weights.NotWrittenError("Cannot write: No space left on device; nothing was installed.")
    monkeypatch.setattr(published, "install_bytes", lambda *_: (_ for _ in ()).throw(full))
    assert setup_models.main(["install", "deepsim-fc6", "--accept-licence"]) == 1
    assert "No space left" in capsys.readouterr().err
    assert (cache_folder() / "downloads" / "release.zip").is_file()


def test_nothing_is_asked_for_before_the_licence_is_accepted(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(monkeypatch, generator(server))
    assert setup_models.main(["install", "deepsim-fc6"]) == 1
    out, err = capsys.readouterr()
    assert "research only" in out
    assert "its licence was not accepted" in err
    assert server.asked == []


def test_an_answer_that_never_comes_ends_in_a_sentence(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-D on a terminal."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    offered(monkeypatch, generator(server))
    monkeypatch.setattr("sys.stdin", Terminal())
    assert setup_models.main(["install", "deepsim-fc6"]) == 1
    assert "Stopped; run the same command again to go on." in said(capsys)
    assert server.asked == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (release(b"no weights"), "damaged or not a caffemodel"),
        (release()[:-200], "damaged or not a caffemodel|is damaged"),
        (zipped(**{"release/fc7/generator.caffemodel": WEIGHTS}), "has 0 files .../fc6/generator.caffemodel"),
        (b"no zip", "damaged or not a caffemodel"),
    ],
)
def test_a_damaged_zip_installs_nothing_and_is_fetched_again(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    content: bytes, sentence: str,
) -> None:  # fmt: skip
    offered(monkeypatch, generator(server))
    server.contents |= {"/release.zip": content, "/fc6.txt": b"1"}
    assert setup_models.main(["install", "deepsim-fc6", "--accept-licence"]) == 1
    assert re.search(sentence, said(capsys))
    assert stored() == []
    server.contents["/release.zip"] = release()
    assert setup_models.main(["install", "deepsim-fc6", "--accept-licence"]) == 0


def test_local_files_are_taken_with_what_stands_beside_them(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(monkeypatch, network(server), generator(server))
    _, model = files(tmp_path / "a", SMALL, small_weights())
    assert setup_models.main(["install", "old-net", "--from", str(model)]) == 0
    assert stored() == ["old-net.caffemodel", "old-net.json", "old-net.prototxt"]
    (tmp_path / "a" / "deploy.prototxt").unlink()
    assert setup_models.main(["install", "old-net", "--from", str(model)]) == 1
    assert "put deploy.prototxt beside net.caffemodel" in said(capsys)
    conversion = tmp_path / "upconvGAN_fc6.pt"
    torch.save({"defc7.weight": torch.ones(2, 2)}, conversion)
    (tmp_path / "fc6.txt").write_text("1 2")
    command = ["install", "deepsim-fc6", "--from", str(conversion), "--accept-licence"]
    assert setup_models.main(command) == 0
    assert {"deepsim-fc6.pt", "deepsim-fc6.bounds.txt"} <= set(stored())
    other = tmp_path / "generator.caffemodel"
    other.write_bytes(WEIGHTS)
    assert setup_models.main([*command[:3], str(other), "--accept-licence"]) == 0
    assert "deepsim-fc6.caffemodel" in stored()
    assert "deepsim-fc6.pt" not in stored()
    broken = tmp_path / "release.zip"
    broken.write_bytes(release()[:-200])
    assert setup_models.main([*command[:3], str(broken), "--accept-licence"]) == 1
    assert broken.is_file()
    assert server.asked == []


def test_a_mirror_has_what_stands_beside_under_the_name(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(monkeypatch, network(server))
    server.contents = {"/m/old-net.prototxt": SMALL.encode(), "/m/net.caffemodel": WEIGHTS}
    assert setup_models.main(["install", "old-net", "--url-base", f"{server.url}/m/"]) == 0
    assert sorted(server.asked) == ["/m/net.caffemodel", "/m/old-net.prototxt"]


def test_the_list_says_what_is_a_generator_and_what_has_a_licence(capsys: pytest.CaptureFixture[str]) -> None:
    assert setup_models.main(["list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["deepsim-fc6"].endswith("generator, licence to accept")
    assert lines["caffenet-yos"].endswith("244 MB  licence to accept")
    assert lines["bvlc-googlenet"].endswith("54 MB")
    assert {"caffenet-yos", "bvlc-caffenet", "bvlc-alexnet", "bvlc-googlenet"} <= set(model_names())
    assert not any(name.startswith("deepsim") for name in model_names())


def test_what_may_not_be_used_freely_must_be_accepted() -> None:
    for entry in PUBLISHED:
        assert entry.licence
        assert entry.licence_must_be_accepted == ("unrestricted" not in entry.licence)


def test_every_generator_but_one_has_the_ranges_of_its_own_code() -> None:
    ranges = {entry.name: [other.url.rpartition("/")[2] for other in entry.beside] for entry in PUBLISHED}
    assert ranges["deepsim-pool5"] == ["conv5.txt"]  # pool5's, under that name
    assert ranges["deepsim-conv4"] == []
    assert ranges["deepsim-conv3"] == ["conv3.txt"]
    assert ranges["deepsim-fc6"] == ["fc6.txt"]
