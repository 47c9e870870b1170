from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepvis_app.models.caffe.caffemodel import caffemodel_of, read_binaryproto, read_caffemodel
from deepvis_app.models.caffe.errors import CaffeError
from deepvis_app.models.caffe.wire import fields
from tests.models.caffe.written import Array, blob, caffemodel, layer, part, tag, varint

WEIGHT = np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2) / 7
BIAS = np.array([0.5, -1e30], np.float32)
LAYERS: dict[str, list[Array]] = {"conv1": [WEIGHT, BIAS], "a/b": [BIAS]}


@pytest.mark.parametrize("v1", [False, True])
@pytest.mark.parametrize("form", ["packed", "unpacked", "double", "unpacked double"])
def test_every_way_to_write_numbers_is_read_alike(form: str, v1: bool) -> None:
    found = caffemodel_of(caffemodel(LAYERS, form, v1=v1), "x")
    assert list(found) == ["conv1", "a/b"]
    for name, arrays in LAYERS.items():
        for array, expected in zip(found[name], arrays, strict=True):
            assert array.dtype == np.float32
            assert np.array_equal(array, expected)


def test_doubles_beyond_every_float_become_infinite() -> None:
    found = caffemodel_of(caffemodel({"c": [np.array([1e300, -1e300, 2.0])]}, "double"), "x")
    assert found["c"][0].tolist() == [np.inf, -np.inf, 2.0]


def test_old_arrays_have_four_sizes() -> None:
    found = caffemodel_of(caffemodel(LAYERS, "old"), "x")
    assert [array.shape for array in found["conv1"]] == [(2, 3, 2, 2), (1, 1, 1, 2)]


def test_layers_inside_layers_of_the_oldest_format_are_read() -> None:
    oldest = part(1, b"fc") + part(2, b"innerproduct") + part(50, blob(BIAS, "old"))
    found = caffemodel_of(part(2, part(2, b"data") + part(1, oldest)), "x")
    assert np.array_equal(found["fc"][0].ravel(), BIAS)


def test_what_is_not_known_is_passed_over() -> None:
    strange = (
        tag(9, 0) + varint(1 << 60) + tag(10, 1) + b"8bytes!!" + tag(11, 5) + b"four" + part(12, b"\xff\xff")
    )
    without_weights = part(100, part(1, b"relu1") + part(2, b"ReLU"))
    assert list(caffemodel_of(strange + without_weights + caffemodel(LAYERS) + strange, "x")) == list(LAYERS)


def test_runs_of_numbers_longer_than_a_step_are_whole() -> None:
    values = np.arange(70_000, dtype=np.float32)
    raw = b"".join(b"\x2d" + struct.pack("<f", v) for v in values)
    pieces = [value for _, value in fields(memoryview(raw))]
    assert len(pieces) == 2
    assert np.array_equal(np.concatenate(pieces), values)


@pytest.mark.parametrize("length", [1, 2, 15, 16, 17, 18, 40])
def test_a_run_ends_where_the_tag_changes(length: int) -> None:
    raw = b"".join(b"\x2d" + struct.pack("<f", v) for v in range(length)) + b"\x35" + struct.pack("<f", -1)
    (number, run), (other, last) = fields(memoryview(raw + b"\x2d" * 5 * length)[: len(raw)])
    assert (number, other) == (5, 6)
    assert np.array_equal(np.asarray(run), np.arange(length))
    assert np.array_equal(np.asarray(last), [-1])


def test_of_tags_that_alternate_only_a_few_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = (b"\x2d" + struct.pack("<f", 1) + b"\x35" + struct.pack("<f", 2)) * 500
    looked, read = [], np.frombuffer

    def counted(data: memoryview, kind: type[np.uint8], count: int, start: int) -> Array:
        looked.append(count)
        return read(data, kind, count, start)

    monkeypatch.setattr(np, "frombuffer", counted)
    found = [(number, np.asarray(value).tolist()) for number, value in fields(memoryview(raw))]
    assert found == [(5, [1.0]), (6, [2.0])] * 500
    assert max(looked) <= 100  # bytes


def sentence_of(data: bytes) -> str:
    """What is said about it; "" if it is read."""
    try:
        caffemodel_of(data, "cut.caffemodel")
    except CaffeError as error:
        return str(error)
    return ""


def test_every_truncation_is_one_sentence_or_a_shorter_net() -> None:
    whole = caffemodel(LAYERS)
    said = [sentence_of(whole[:length]) for length in range(len(whole))]
    read = [length for length, sentence in enumerate(said) if not sentence]
    assert [list(caffemodel_of(whole[:length], "x")) for length in read] == [["conv1"]]
    assert all(re.fullmatch(r"cut.caffemodel .* get it again\.", sentence) for sentence in said if sentence)


def test_no_damaged_byte_does_anything_but_a_sentence() -> None:
    whole = caffemodel(LAYERS, "unpacked")
    random = np.random.default_rng(0)
    said = set()
    for _ in range(2000):
        bad = bytearray(whole)
        for place in random.integers(len(whole), size=3):
            bad[place] = random.integers(256)
        said.add(sentence_of(bytes(bad)))
    assert len(said) > 5
    assert not any("\n" in sentence for sentence in said)


def huge_shape() -> bytes:
    sizes = part(7, part(1, varint((1 << 63) - 1) * 2))
    return part(100, part(1, b"conv1") + part(7, sizes + part(5, b"1234")))


def empty_and_huge() -> bytes:
    sizes = part(7, part(1, varint(0) + varint(1 << 63)))
    return part(100, part(1, b"conv1") + part(7, sizes))


def many_dimensions() -> bytes:
    return part(100, part(1, b"conv1") + part(7, part(7, part(1, b"\x01" * 40)) + part(5, b"1234")))


HOSTILE: dict[str, Callable[[], bytes]] = {
    "numbers for a shape": huge_shape,
    "0 numbers for a shape of 0 x 9223372036854775808": empty_and_huge,
    "more than 32 dimensions": many_dimensions,
    "longer than what holds it": lambda: tag(100, 2) + varint((1 << 63) - 1) + b"x",
    "more than 64 bits": lambda: b"\x80" * 20,
    "wire type 3": lambda: tag(100, 3),
    "field number 0": lambda: tag(0, 0) + b"\x01",
    "half a number": lambda: part(100, part(1, b"c") + part(7, part(5, b"12345"))),
    "whole numbers where": lambda: part(100, part(7, tag(5, 0) + b"\x01")),
    "a number where a part": lambda: tag(100, 0) + b"\x01",
    "name that is no text": lambda: part(100, part(1, b"\xff\xfe")),
    "middle of a number": lambda: part(100, part(7, tag(5, 5) + b"12")),
    "holds no weights": lambda: b"",
}


@pytest.mark.parametrize("sentence", HOSTILE)
def test_hostile_bytes_are_one_sentence(sentence: str) -> None:
    with pytest.raises(CaffeError, match=rf"x.caffemodel .*{sentence}.*\.$"):
        caffemodel_of(HOSTILE[sentence](), "x.caffemodel")


def test_files_that_are_something_else_are_told(tmp_path: Path) -> None:
    path = tmp_path / "w.caffemodel"
    with pytest.raises(CaffeError, match=r"Cannot read .*w\.caffemodel"):
        read_caffemodel(path)
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(CaffeError, match="is in HDF5"):
        read_caffemodel(path)
    path.write_text("<!DOCTYPE html><html>404</html>")
    with pytest.raises(CaffeError, match="damaged or not a caffemodel"):
        read_caffemodel(path)


def test_the_last_of_two_layers_of_one_name_counts() -> None:
    found = caffemodel_of(layer("c", [BIAS]) + layer("c", [BIAS * 2]), "x")
    assert np.array_equal(found["c"][0], BIAS * 2)


def test_a_mean_file_is_one_array(tmp_path: Path) -> None:
    (tmp_path / "mean.binaryproto").write_bytes(blob(WEIGHT[:1], "old"))
    assert np.array_equal(read_binaryproto(tmp_path / "mean.binaryproto"), WEIGHT[:1])
    (tmp_path / "mean.binaryproto").write_bytes(b"garbage")
    with pytest.raises(CaffeError, match="not a binaryproto"):
        read_binaryproto(tmp_path / "mean.binaryproto")
