"""The check with known truth in its small version: MFV, AM's colours, and a swapped network, each above chance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from precompute.rendered.planted import CLASSES
from precompute.runner import STOPPED
from precompute.stop import Stop
from precompute.studies.command import main
from precompute.studies.truth import order_figures


def study(out: Path, *words: str) -> int:
    return main(["known-truth", "--out", str(out), "--device", "cpu", "--progress", "jsonl", *words])


def figures(out: Path) -> dict[str, Any]:
    report = json.loads((out / "known-truth.json").read_text())
    assert not report["private"]
    with Image.open(out / "known-truth.png") as sheet:
        assert sheet.width > 10 * 48
    found: dict[str, Any] = report["figures"]
    return found


def test_what_was_planted_is_found_and_a_swapped_network_is_exposed(tmp_path: Path) -> None:
    taught = ["--each", "20", "--held-out", "8", "--epochs", "12"]
    assert study(tmp_path, *taught, "--ways", "tv", "--steps", "40", "--units", "0,2,3", "--size", "48") == 0
    found = figures(tmp_path)
    assert min(found["accuracy"].values()) > 0.85
    assert found["facets"]["recovered"] >= 0.8
    assert found["facets"]["by chance"] < 0.1
    tv = found["colours"]["tv"]
    assert tv["shapes"]["RGB"] > 0.6
    assert tv["shapes"]["taken for"] == "RGB"
    assert tv["shapes_brg"]["BRG"] > 0.6
    assert tv["shapes_brg"]["taken for"] == "BRG"
    painted = found["pictures of facets"]
    assert painted["in the facet's hues"] > 2 * painted["by chance"]
    assert painted["land there by chance"] == pytest.approx(1 / 3, abs=0.1)


def test_a_stopped_study_writes_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stop, "wait", lambda self: True)
    assert study(tmp_path, "--each", "2") == STOPPED
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_in_full_four_of_five_planted_facets_are_found(tmp_path: Path) -> None:
    assert study(tmp_path) == 0
    found = figures(tmp_path)
    assert min(found["accuracy"].values()) > 0.98
    assert found["facets"]["recovered"] >= 0.8
    assert found["facets"]["recovered"] > found["facets"]["recovered, untrained network"]
    for by_net in found["colours"].values():
        assert by_net["shapes"]["RGB"] > 0.6
        assert by_net["shapes_brg"]["BRG"] > 0.6
        assert by_net["shapes_brg"]["classes"] > 0.8


def test_too_few_pictures_and_unknown_presets_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--each", "1", "--epochs", "1", "--held-out", "2", "--units", "0"]
    assert study(tmp_path, *few) == 2
    assert "--held-out 2 is 6 pictures of a class, too few for facets, which need 12: give 4 or more." in (
        capsys.readouterr().err
    )
    assert not list(tmp_path.glob("*.safetensors"))  # before anything is trained
    assert study(tmp_path, "--ways", "robust,nice", *few) == 2
    assert "'nice'" in capsys.readouterr().err


def test_grey_pictures_are_of_no_order_and_real_ones_of_their_own() -> None:
    from precompute.rendered.planted import pictures

    grey = np.full((2, 8, 8, 3), 90, np.uint8)
    none = order_figures([grey] * 6, CLASSES, "RGB")
    assert none["taken for"] == ""
    assert none["classes"] == 0
    these = pictures(2)
    for order in ("RGB", "BRG", "GBR"):
        stacks = [these.in_order(order).of(unit) for unit in range(6)]
        told = order_figures(stacks, CLASSES, order)
        assert told["taken for"] == order
        assert told[order] > 0.99
        assert told["classes"] == 1
