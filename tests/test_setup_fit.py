"""deepvis-setup with a file from disk: it must be what its name says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

import setup_models
from deepvis_app.models.publications import PUBLISHED
from tests.models.caffe.written import SMALL, files, small_weights
from tests.servers import FileServer
from tests.test_setup_caffe import WEIGHTS, generator, network, offered, said, server, stored, zipped

__all__ = ["server"]


def test_a_local_file_that_is_not_the_published_one_is_refused(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offered(monkeypatch, network(server, digest="0" * 40))
    _, model = files(tmp_path, SMALL, small_weights())
    assert setup_models.main(["install", "old-net", "--from", str(model)]) == 1
    told = said(capsys)
    assert "net.caffemodel is not the published old-net (its SHA-1 is " in told
    assert "caffe:PROTOTXT:CAFFEMODEL" in told
    assert stored() == []
    assert model.is_file()


@pytest.mark.parametrize("ending", ["caffemodel", "pt", "zip"])
@pytest.mark.parametrize("name", ["deepsim-fc8", "deepsim-conv4", "caffenet-yos"])
def test_weights_of_another_topology_are_refused_with_what_does_not_fit(
    name: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the real table: nothing is published under these names but files of these shapes."""
    path = tmp_path / f"w.{ending}"
    member = next(entry.member for entry in PUBLISHED if entry.name == name)
    if ending == "pt":
        torch.save({"defc7.weight": torch.ones(2, 2)}, path)
    else:
        path.write_bytes(zipped(**{f"r/{member}": WEIGHTS}) if ending == "zip" else WEIGHTS)
    (tmp_path / "w.prototxt").write_text(SMALL)
    assert setup_models.main(["install", name, "--from", str(path), "--accept-licence"]) == 1
    told = said(capsys)
    if name.startswith("deepsim") or ending == "caffemodel":
        assert f"does not fit {name}: it has no layer with weights of " in told
        assert "layers with weights, where" in told
    assert stored() == []


def test_weights_of_the_published_shapes_are_taken_whatever_their_order(
    monkeypatch: pytest.MonkeyPatch, server: FileServer, tmp_path: Path
) -> None:
    shapes = {array.shape for arrays in small_weights().values() for array in arrays[:1]}
    entry = replace(generator(server), beside=(), shapes=tuple(sorted(shapes, reverse=True)))
    offered(monkeypatch, entry)
    path = tmp_path / "w.caffemodel"
    path.write_bytes(WEIGHTS)
    assert setup_models.main(["install", entry.name, "--from", str(path), "--accept-licence"]) == 0
    assert stored() == ["deepsim-fc6.caffemodel", "deepsim-fc6.json"]
