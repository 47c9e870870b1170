from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest

from deepvis_app import messages
from deepvis_app.messages import (
    Frame,
    Grid,
    LayerInfo,
    ModelChoice,
    ModelInfo,
    ReceptiveField,
    Request,
    UnitRef,
    frozen,
)
from tests.conftest import ROOT

RECORDS = [
    kind
    for _name, kind in inspect.getmembers(messages, is_dataclass)
    if isinstance(kind, type) and kind.__module__.startswith(messages.__name__)
]


def model_info(labels: tuple[str, ...] = ()) -> ModelInfo:
    layers = (LayerInfo("features.0", "conv1", "Conv2d", (4, 8, 8), units=4),)
    return ModelInfo(ModelChoice("net"), "Net", layers, (8, 8), 3, "crop", labels, "ab", "cpu", "random", "")


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: str(kind.__name__))
def test_no_field_of_a_record_can_be_set(kind: type) -> None:
    record: object = object.__new__(kind)
    for field in fields(kind):
        with pytest.raises(FrozenInstanceError):
            setattr(record, field.name, None)


def test_there_are_records_to_test() -> None:
    assert {Frame, Request, ModelInfo} <= set(RECORDS)


def test_a_frozen_array_is_the_same_array_and_cannot_be_written() -> None:
    array = np.zeros((2, 3), np.float32)
    assert frozen(array) is array
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1


def test_records_without_arrays_compare_by_value() -> None:
    assert Request(1, "conv1") == Request(1, "conv1")
    assert Request(1, "conv1") != Request(2, "conv1")
    assert len({UnitRef("a", 1), UnitRef("a", 1), UnitRef("a", 2)}) == 2


def test_a_unit_is_written_as_layer_and_number() -> None:
    assert str(UnitRef("conv5", 13)) == "conv5:13"


def test_the_box_of_a_position_steps_by_the_stride_and_may_leave_the_picture() -> None:
    field = ReceptiveField(size=(11, 7), stride=(4, 2), offset=(-2, -1))
    assert field.box(0, 0) == (-2, -1, 9, 6)
    for y in range(3):
        for x in range(3):
            top, left, bottom, right = field.box(y, x)
            assert (bottom - top, right - left) == field.size
            assert (top, left) == (-2 + 4 * y, -1 + 2 * x)


def test_a_whole_field_is_the_same_everywhere() -> None:
    field = ReceptiveField(size=(64, 64), stride=(0, 0), offset=(0, 0), whole=True)
    assert field.box(0, 0) == field.box(5, 9) == (0, 0, 64, 64)


@pytest.mark.parametrize("count", [1, 5, 6, 7, 96])
@pytest.mark.parametrize("columns", [1, 6, 10])
@pytest.mark.parametrize("gap", [0, 1, 3])
def test_a_grid_has_room_for_exactly_its_rows(count: int, columns: int, gap: int) -> None:
    grid = Grid(count, columns, (4, 5), gap)
    assert (grid.rows - 1) * columns < count <= grid.rows * columns
    height = gap + sum(4 + gap for _ in range(grid.rows))
    width = gap + sum(5 + gap for _ in range(columns))
    assert grid.size == (height, width)


def test_a_layer_is_found_by_its_name() -> None:
    info = model_info()
    assert info.layer("features.0") is info.layers[0]
    with pytest.raises(KeyError, match="conv9"):
        info.layer("conv9")


def test_a_class_without_a_name_is_called_by_its_number() -> None:
    info = model_info(("cat", "dog"))
    assert [info.label(unit) for unit in range(3)] == ["cat", "dog", "class 2"]


def test_a_request_starts_backward_where_it_looks_unless_an_origin_is_frozen() -> None:
    assert Request(1, "conv5", 13).seed_unit() == UnitRef("conv5", 13)
    assert Request(1, "conv1", 2, origin=UnitRef("fc8", 7)).seed_unit() == UnitRef("fc8", 7)


def test_the_vocabulary_needs_neither_torch_nor_qt() -> None:
    code = """
import sys
import deepvis_app.messages
sys.exit(any(name.partition(".")[0] in ("torch", "PyQt6") for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("caffe:a/deploy.prototxt:b/w.caffemodel", ("a/deploy.prototxt", "b/w.caffemodel")),
        ("caffe:a/deploy.prototxt", ("a/deploy.prototxt", "")),
        (r"caffe:C:\nets\deploy.prototxt:D:\w.caffemodel", (r"C:\nets\deploy.prototxt", r"D:\w.caffemodel")),
        (r"caffe:C:\nets\deploy.prototxt", (r"C:\nets\deploy.prototxt", "")),
        ("caffe:C:/net.txt:weights", ("C:/net.txt", "weights")),
        ("caffe:12:30/deploy.prototxt:w", ("12:30/deploy.prototxt", "w")),
        ("caffe:w.caffemodel:deploy.prototxt", ("w.caffemodel", "deploy.prototxt")),
        ("caffe:", ("", "")),
        ("file:net.py:make", ("", "")),
    ],
)
def test_a_caffe_name_holds_two_files_on_any_system(name: str, files: tuple[str, str]) -> None:
    assert ModelChoice(name).caffe_files == files


def test_a_choice_means_the_same_files_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    choice = ModelChoice("caffe:a.prototxt:b.caffemodel", "c.pth", mean="m.npy", labels="l.txt").absolute()
    paths = [choice.caffe_files[0], choice.caffe_files[1], choice.weights, choice.mean, choice.labels]
    assert paths == [
        str(tmp_path / file) for file in ("a.prototxt", "b.caffemodel", "c.pth", "m.npy", "l.txt")
    ]
    plain = ModelChoice("resnet18", "random", "cpu", mean="104, 117,123")
    assert plain.absolute() == plain
    assert ModelChoice("file:net.py:make").absolute().name == f"file:{tmp_path / 'net.py:make'}"
