from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepvis_app.attribution import METHODS, Target
from deepvis_app.messages import Seed, UnitRecord, UnitStats
from deepvis_app.render.pictures import read_picture
from precompute.datasets import open_images
from precompute.errors import CommandError
from precompute.runner import Item
from precompute.stop import Stop
from precompute.top.patches import Sight, drawn_signal
from precompute.top.scan import scan
from precompute.top.winners import Known, Winners, pairs_at_once, stats_records
from tests.precompute.helpers import Told
from tests.precompute.top.nets import fill, noise, small_model, small_net


def winners(folder: Path, methods: tuple[str, ...] = ("deconv", "guided", "lrp"), n: int = 3) -> Winners:
    model, images = small_model(), open_images(folder)
    return Winners(model, images, scan(model, images, n, Told(), Stop(), 4, 0).state, n, methods)


@pytest.mark.parametrize("layer", ["0", "2.conv2", "4", "6"])
def test_each_best_image_comes_with_its_patch_its_reasons_and_its_facts(tmp_path: Path, layer: str) -> None:
    folder, model = fill(tmp_path, 11), small_model()
    for record in winners(folder).make(Item(layer, (0, 1, 3) if layer != "4" else (0, 1, 2))):
        assert record.kinds == ("top", "deconv", "guided", "lrp")
        tops = [picture for picture in record.pictures if picture.kind == "top"]
        assert [picture.rank for picture in tops] == [0, 1, 2]
        assert [p.score for p in tops] == sorted((p.score for p in tops), reverse=True)
        assert len({picture.facts.source for picture in tops}) == 3  # one patch an image
        for picture in record.pictures:
            assert picture.facts.label in ("class0", "class1")
            rgb = read_picture(folder / picture.facts.source)
            x = model.preprocess(rgb, model.device)
            method = METHODS["deconv" if picture.kind == "top" else picture.kind]
            alone = method.run(model, x, Target(layer, record.ref.unit, Seed("max")), [layer])
            units = model.info.layer(layer)
            unit_map = alone.activations[layer].reshape(-1, *units.map_shape)[record.ref.unit]
            assert picture.score == pytest.approx(float(unit_map.max()), abs=1e-4)
            if picture.kind == "top":
                continue
            box = picture.facts.more["input_box"]
            expected = drawn_signal(alone.heat.numpy(), Sight(box, box), model.preprocess)
            assert np.abs(picture.rgb.astype(int) - expected).max() <= 1
            called = picture.facts.more["method"]
            assert "ReLU" in called or called == ("LRP" if picture.kind == "lrp" else "plain gradient")


def test_percentiles_come_from_the_scan_or_from_what_is_known(tmp_path: Path) -> None:
    made = winners(fill(tmp_path, 11))
    (own,) = made.make(Item("0", (1,)))
    assert own.stats is not None
    assert own.stats.count == 11
    assert own.pictures[0].facts.percentile is not None
    assert own.pictures[0].facts.percentile >= 99
    known = {"0": {1: UnitStats(5, 0, 1, ((0.0, -100.0), (1.0, 100.0)), 0)}}
    model, images = small_model(), open_images(tmp_path)
    state = scan(model, images, 3, Told(), Stop(), 4, 0).state
    (other,) = Winners(model, images, state, 3, ("deconv",), Known(known, always=True)).make(Item("0", (1,)))
    assert other.stats is None  # what is there stays
    value = other.pictures[0].facts.activation
    assert value is not None
    assert other.pictures[0].facts.percentile == pytest.approx((value + 100) / 2, abs=1e-3)


def test_a_backward_picture_that_is_all_zero_says_why(tmp_path: Path) -> None:
    net = small_net()
    with torch.no_grad():
        conv = net[4]
        assert isinstance(conv, torch.nn.Conv2d)
        conv.weight[1] = -conv.weight[1].abs()  # deconv's first step downwards leaves nothing
        assert conv.bias is not None
        conv.bias[1] = 9
    model, images = small_model(net), open_images(fill(tmp_path, 3))
    state = scan(model, images, 3, Told(), Stop(), 4, 0).state
    (record,) = Winners(model, images, state, 3, ("deconv",)).make(Item("4", (1,)))
    grey = [picture for picture in record.pictures if picture.kind == "deconv"]
    assert all((picture.rgb == 128).all() for picture in grey)
    assert all("all zero" in picture.facts.more["note"] for picture in grey)


def test_a_unit_that_is_silent_in_all_images_says_so(tmp_path: Path) -> None:
    net = small_net()
    conv = net[4]
    assert isinstance(conv, torch.nn.Conv2d)
    net[5] = torch.nn.Sequential(
        torch.nn.Hardtanh(0, 6), torch.nn.Flatten()
    )  # a ReLU6 with a scan of its own
    with torch.no_grad():
        assert conv.bias is not None
        conv.bias[1] = -1e4
    model, images = small_model(net), open_images(fill(tmp_path, 5))
    layer = next(layer for layer in model.info.layers if layer.kind == "Hardtanh")
    assert not layer.pictures_of
    state = scan(model, images, 3, Told(), Stop(), 4, 0).state
    record = list(Winners(model, images, state, 3, ("deconv",)).make(Item(layer.name, (0, 1, 2))))[1]
    assert record.pictures == ()
    assert record.note == "silent: nowhere above zero in any of 5 images"


def test_fewer_images_than_places_give_fewer_pictures(tmp_path: Path) -> None:
    (record,) = winners(fill(tmp_path, 2), ("deconv",), n=9).make(Item("0", (0,)))
    ranks = [(p.kind, p.rank) for p in record.pictures]
    assert ranks == [("top", 0), ("top", 1), ("deconv", 0), ("deconv", 1)]


def test_a_chunk_gives_what_single_units_give(tmp_path: Path) -> None:
    made = winners(fill(tmp_path, 9))

    def pictures(records: list[UnitRecord]) -> list[bytes]:
        return [p.rgb.tobytes() for r in records for p in r.pictures if p.kind == "top"]

    together = pictures(list(made.make(Item("4", (0, 1, 2)))))
    assert together == [x for unit in range(3) for x in pictures(list(made.make(Item("4", (unit,)))))]


def test_pairs_are_traced_in_as_small_pieces_as_the_memory_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = small_model()
    sizes = [pairs_at_once(model, model.info.layer(name)) for name in ("0", "4", "6")]
    assert sizes == sorted(sizes, reverse=True)
    made = winners(fill(tmp_path, 9))
    whole = list(made.make(Item("4", (0, 1, 2))))
    monkeypatch.setattr("precompute.top.winners._MEMORY", 1)
    assert pairs_at_once(model, model.info.layer("0")) == 1
    pieces = list(made.make(Item("4", (0, 1, 2))))
    for a, b in zip(whole, pieces, strict=True):
        assert [p.facts for p in a.pictures] == [p.facts for p in b.pictures]
        for p, q in zip(a.pictures, b.pictures, strict=True):
            assert np.abs(p.rgb.astype(int) - q.rgb).max() <= 1


def test_a_file_that_changed_since_the_scan_is_told(tmp_path: Path) -> None:
    made = winners(fill(tmp_path, 3))
    Image.fromarray(noise(77)).save(tmp_path / "class0/000.png")
    with pytest.raises(CommandError, match=r"class0/000\.png changed"):
        list(made.make(Item("0", (0,))))


def test_statistics_alone_hold_no_part_of_any_picture(tmp_path: Path) -> None:
    model, images = small_model(), open_images(fill(tmp_path, 6))
    state = scan(model, images, 3, Told(), Stop(), 4, 0).state
    records = list(stats_records(model, state, Item("4", (0, 2))))
    assert [record.ref.unit for record in records] == [0, 2]
    assert all(record.pictures == () and record.stats is not None for record in records)
