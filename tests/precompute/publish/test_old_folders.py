from __future__ import annotations

from pathlib import Path

import pytest

from precompute.publish.old_folders import Fact, read_info, scan


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def kinds(root: Path) -> dict[str, dict[int, list[str]]]:
    return {
        layer: {unit: sorted(files) for unit, files in units.items()} for layer, units in scan(root).items()
    }


@pytest.mark.parametrize("base", ["", "unit_jpg_vis/"])
def test_the_folders_of_2015_are_found_with_their_kinds(tmp_path: Path, base: str) -> None:
    touch(
        tmp_path,
        f"{base}regularized_opt/conv1/conv1_0000_montage.jpg",
        f"{base}regularized_opt/conv1/whole_layer.jpg",
        f"{base}max_im/conv1/conv1_0000.jpg",
        f"{base}max_deconv/conv1/conv1_0001.jpg",
        f"{base}max_im/inception_3a/1x1/inception_3a_1x1_0003.jpg",
    )
    assert kinds(tmp_path) == {
        "conv1": {0: ["am", "top"], 1: ["deconv"]},
        "inception_3a/1x1": {3: ["top"]},
    }
    files = scan(tmp_path)["conv1"][0]
    assert (files["am"].montage, files["am"].quadrant) == (True, True)
    assert (files["top"].montage, files["top"].quadrant) == (True, False)


def test_single_files_are_found_in_the_order_of_their_ranks(tmp_path: Path) -> None:
    touch(
        tmp_path,
        *(f"conv2/unit_0007/maxim_{k:03}.png" for k in (2, 0, 10)),
        "conv2/unit_0007/deconvnorm_000.png",
    )
    files = scan(tmp_path)["conv2"][7]
    assert list(files) == ["top"]
    assert files["top"].ranks == (0, 2, 10)
    assert [path.name for path in files["top"].paths] == ["maxim_000.png", "maxim_002.png", "maxim_010.png"]


def test_what_the_fork_calls_deconv_is_guided_backprop(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "a/unit_0000/deconv_000.png",
        "a/unit_0000/opt_000_seed5_best_X.jpg",
        "b/unit_0000/deconv_000.png",
    )
    touch(tmp_path, "c/unit_0000/deconv_000.png")
    (tmp_path / "c/unit_0000/info.txt").write_text(
        "# is_spatial val image_idx selected_input_index i j filename\n"
    )
    assert {layer: units[0] for layer, units in kinds(tmp_path).items()} == {
        "a": ["am", "guided"],
        "b": ["deconv"],
        "c": ["guided"],
    }
    assert scan(tmp_path)["a"][0]["am"].seeds == (5,)


# The three first lines that were ever written, each with a line of maps and one of single values.
@pytest.mark.parametrize(
    ("header", "integers"),
    [
        ("# is_conv val image_idx image_class i(if is_conv) j(if is_conv) filename", "8 3"),
        (
            "# is_conv val image_idx image_class selected_input_index i(if is_conv) j(if is_conv) filename",
            "8 3 -1",
        ),
        (
            "# is_spatial val image_idx selected_input_index i(if is_spatial) j(if is_spatial) filename",
            "8 -1",
        ),
    ],
)
def test_facts_are_read_in_every_form_that_was_written(tmp_path: Path, header: str, integers: str) -> None:
    path = tmp_path / "info.txt"
    path.write_text(f"{header}\n1 12.500000 {integers} 4 7 n01/a cat.jpg\n0 -3.25 {integers} b.jpg\n")
    assert read_info(path) == [Fact(12.5, "n01/a cat.jpg", (4, 7)), Fact(-3.25, "b.jpg", None)]


@pytest.mark.parametrize("text", ["", "# is_conv\n", "nonsense\n", "1 x 1 2 3 4 f.jpg\n", "1 2.0 5\n"])
def test_damaged_facts_are_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "info.txt"
    path.write_text(text)
    assert read_info(path) == []
    assert read_info(tmp_path / "absent") == []
