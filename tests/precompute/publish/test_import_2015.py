from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.messages import U8, LayerInfo, RunInfo, UnitPictures, UnitRecord, UnitRef
from precompute.options import OptionError
from precompute.publish.import_2015 import Import, chosen, matched
from precompute.publish.old_folders import Files, scan
from precompute.runner import Item
from tests.precompute.publish.test_grids import montage, nine
from tests.precompute.publish.units import AM_RUN, Shelf, layer, network, pictures

NET = network(layer("features.0", 3, "conv1"), layer("classifier", 2, "fc8"))
OURS = RunInfo("import-2015", {}, number=2)
EMPTY = Shelf()


def save(root: Path, name: str, rgb: U8) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path)


def four(seed: int, side: int = 11) -> U8:
    """Four blocks as optimize's montages have them; block b is nine(seed + b)."""
    blocks = [montage(nine(seed + b, side), 3, 2) for b in range(4)]
    return np.concatenate([np.concatenate(blocks[:2], 1), np.concatenate(blocks[2:], 1)], 0)


def old_layers(root: Path, *renamed: str) -> dict[LayerInfo, Mapping[int, Mapping[str, Files]]]:
    return matched(scan(root), NET, renamed, root)


def imported(
    root: Path, shelf: Shelf = EMPTY, *, replace: bool = False
) -> tuple[list[UnitRecord], dict[str, list[str]]]:
    layers = old_layers(root)
    wanted = {one.name: tuple(range(one.units)) for one in NET.layers}
    job = Import(layers, wanted, shelf, OURS, replace=replace)
    records = [r for one, units in layers.items() for r in job.make(Item(one.name, tuple(sorted(units))))]
    return records, dict(job.skipped.files)


def test_the_shown_quarter_and_both_montages_become_nine_pictures_each(tmp_path: Path) -> None:
    for unit in range(3):
        save(tmp_path, f"regularized_opt/conv1/conv1_{unit:04}_montage.png", four(10 * unit))
        save(tmp_path, f"max_im/conv1/conv1_{unit:04}.png", montage(nine(100 + unit, 11), 1, 2))
        save(tmp_path, f"max_deconv/conv1/conv1_{unit:04}.png", montage(nine(200 + unit, 11), 1, 2))
    records, skipped = imported(tmp_path)
    assert skipped == {}
    assert [record.ref for record in records] == [UnitRef("features.0", unit) for unit in range(3)]
    for unit, record in enumerate(records):
        by_place = {(p.kind, p.rank): p.rgb for p in record.pictures}
        assert len(by_place) == 27
        for kind, seed in (("am", 10 * unit + 2), ("top", 100 + unit), ("deconv", 200 + unit)):
            for rank, expected in enumerate(nine(seed, 11)):
                np.testing.assert_array_equal(by_place[kind, rank], expected)


def test_grey_deconv_montages_are_cut_where_the_real_pictures_are(tmp_path: Path) -> None:
    save(tmp_path, "max_im/conv1/conv1_0000.png", montage(nine(0, 20), 0, 0))
    save(tmp_path, "max_deconv/conv1/conv1_0000.png", np.full((60, 60, 3), 128, np.uint8))
    records, _ = imported(tmp_path)
    assert {p.rgb.shape for p in records[0].pictures} == {(20, 20, 3)}


def test_single_files_keep_rank_seed_value_and_source(tmp_path: Path) -> None:
    unit = "fc8/unit_0001"
    for rank in (0, 1, 2):
        save(tmp_path, f"{unit}/maxim_{rank:03}.png", nine(rank, 16)[0])
    save(tmp_path, f"{unit}/opt_000_seed4_best_X.png", nine(9, 16)[0])
    (tmp_path / unit / "maxim_001.png").write_bytes(b"broken")
    (tmp_path / unit / "info.txt").write_text(
        "# is_conv val image_idx image_class i(if is_conv) j(if is_conv) filename\n"
        "0 9.0 1 1 a.jpg\n0 8.0 1 1 b.jpg\n0 7.5 1 1 c.jpg\n"
    )
    records, skipped = imported(tmp_path)
    told = [(p.kind, p.rank, p.facts.seed, p.facts.activation, p.facts.source) for p in records[0].pictures]
    assert told == [("am", 0, 4, None, ""), ("top", 0, None, 9.0, "a.jpg"), ("top", 2, None, 7.5, "c.jpg")]
    assert records[0].pictures[2].score == 7.5
    assert "unit_0001/maxim_001.png" in {name for names in skipped.values() for name in names}


def test_odd_sizes_damage_and_missing_files_are_named_with_the_reason_and_the_rest_is_taken(
    tmp_path: Path,
) -> None:
    save(tmp_path, "max_im/conv1/conv1_0000.png", montage(nine(0, 11), 1, 2))
    save(tmp_path, "max_im/conv1/conv1_0001.png", montage(nine(1, 14), 1, 2))
    save(tmp_path, "max_im/conv1/conv1_0009.png", montage(nine(2, 11), 1, 2))
    save(tmp_path, "regularized_opt/conv1/conv1_0000_montage.png", four(0)[:-1])
    save(tmp_path, "regularized_opt/conv1/conv1_0001_montage.png", four(0))
    (tmp_path / "regularized_opt/conv1/conv1_0002_montage.png").write_bytes(b"\x89PNG")
    records, skipped = imported(tmp_path)
    assert [(str(r.ref), r.kinds) for r in records] == [("features.0:0", ("top",)), ("features.0:1", ("am",))]
    reasons = {name: reason for reason, names in skipped.items() for name in names}
    assert "not as large as the other montages" in reasons["conv1/conv1_0001.png"]
    assert "even number" in reasons["conv1/conv1_0000_montage.png"]
    assert (
        "damaged" in reasons["conv1/conv1_0002_montage.png"]
        or "not a picture" in reasons["conv1/conv1_0002_montage.png"]
    )
    assert reasons["conv1 unit 9"] == "conv1 of this network has only units 0 to 2."
    assert reasons["conv1 unit 2"] == "there is no top file of it in the folder."


def test_pictures_made_otherwise_are_kept_with_what_belongs_to_them_unless_replaced(tmp_path: Path) -> None:
    save(tmp_path, "max_im/conv1/conv1_0000.png", montage(nine(0, 11), 1, 2))
    save(tmp_path, "max_deconv/conv1/conv1_0000.png", montage(nine(1, 11), 1, 2))
    save(tmp_path, "regularized_opt/conv1/conv1_0000_montage.png", four(0))
    ref = UnitRef("features.0", 0)
    shelf = Shelf(UnitPictures(ref, {"top": pictures("top", 0, 9, AM_RUN)}))
    records, skipped = imported(tmp_path, shelf)
    assert [record.kinds for record in records] == [("am",)]
    assert next(names for reason, names in skipped.items() if "--replace" in reason) == [
        f"{ref} deconv",
        f"{ref} top",
    ]
    assert [set(r.kinds) for r in imported(tmp_path, shelf, replace=True)[0]] == [{"am", "top", "deconv"}]
    again = Shelf(UnitPictures(ref, {"top": pictures("top", 0, 9, OURS)}))
    assert [set(r.kinds) for r in imported(tmp_path, again)[0]] == [{"am", "top", "deconv"}]


def test_folders_are_layers_by_map_by_name_or_by_alias(tmp_path: Path) -> None:
    for name in ("conv1", "classifier", "other"):
        save(tmp_path, f"max_im/{name}/{name}_0000.png", montage(nine(0, 11), 1, 2))
    assert [one.alias for one in old_layers(tmp_path)] == ["conv1", "fc8"]
    (tmp_path / "max_im/classifier").rename(tmp_path / "max_im/fc9")
    assert [one.alias for one in old_layers(tmp_path, "fc9=fc8")] == ["conv1", "fc8"]


@pytest.mark.parametrize(
    ("renamed", "sentence"),
    [
        ("conv1", "write OLD=NEW"),
        ("fc9=fc8", "there is no folder fc9; there are conv1"),
        ("conv1=conv9", "has no such layer"),
    ],
)
def test_a_map_that_fits_nothing_says_what_there_is(tmp_path: Path, renamed: str, sentence: str) -> None:
    save(tmp_path, "max_im/conv1/conv1_0000.png", montage(nine(0, 11), 1, 2))
    with pytest.raises(OptionError, match=sentence):
        old_layers(tmp_path, renamed)


def test_folders_without_anything_of_the_network_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="has no pictures in the layout of the 2015 toolbox"):
        old_layers(tmp_path)
    save(tmp_path, "max_im/ip1/ip1_0000.png", montage(nine(0, 11), 1, 2))
    with pytest.raises(OptionError, match=r"\(ip1\).*conv1, fc8.*--map OLD=NEW"):
        old_layers(tmp_path)


def test_layers_and_units_narrow_what_is_taken(tmp_path: Path) -> None:
    for unit in range(3):
        save(tmp_path, f"max_im/conv1/conv1_{unit:04}.png", montage(nine(unit, 11), 1, 2))
    conv1, fc8 = NET.layers
    layers = old_layers(tmp_path)
    assert {
        one.alias: list(units) for one, units in chosen(layers, [conv1], {"features.0": (2,)}).items()
    } == {"conv1": [2]}
    with pytest.raises(OptionError, match="nothing of the layers"):
        chosen(layers, [fc8], {"classifier": (0, 1)})
