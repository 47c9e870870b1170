from __future__ import annotations

import os
import pickle
import sys
import zipfile
from pathlib import Path

import pytest

from precompute.datasets import DataError, content_hash, digest_of, open_images


def tree(folder: Path) -> Path:
    """Tiny ImageNet's layout, with a few things that are no pictures."""
    files = {
        "words.txt": b"n1\tgoldfish, a fish\nn2\tbee\nn9\tnever seen\n",
        "wnids.txt": b"n1\nn2\n",
        "train/n1/images/n1_0.JPEG": b"a",
        "train/n2/images/n2_0.JPEG": b"b",
        "train/n2/n2_boxes.txt": b"",
        "val/val_annotations.txt": b"val_0.JPEG\tn2\t0\t0\t9\t9\nval_1.JPEG\tn1\t0\t0\t9\t9\n",
        "val/images/val_0.webp": b"c",
        "val/images/val_1.webp": b"d",
        "other/.hidden.png": b"",
        "other/kittens/cat.PNG": b"e",
        "loose.jpg": b"f",
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.rglob("*"), reverse=True):
            archive.write(file, file.relative_to(folder))
    return target


NAMES = (
    "loose.jpg", "other/kittens/cat.PNG", "train/n1/images/n1_0.JPEG", "train/n2/images/n2_0.JPEG",
    "val/images/val_0.webp", "val/images/val_1.webp",
)  # fmt: skip
LABELS = ("", "kittens", "goldfish, a fish", "bee", "bee", "goldfish, a fish")


def test_a_folder_and_its_zip_give_the_same_in_the_same_order(tmp_path: Path) -> None:
    folder = open_images(tree(tmp_path / "tiny"))
    archive = open_images(zipped(tmp_path / "tiny", tmp_path / "tiny.zip"))
    for images in (folder, archive):
        assert images.names == NAMES
        assert images.labels == LABELS
        assert [images.read(i) for i in range(len(images))] == [b"f", b"e", b"a", b"b", b"c", b"d"]


def test_a_folder_in_a_zip_is_a_set_of_its_own_that_keeps_its_labels(tmp_path: Path) -> None:
    archive = zipped(tree(tmp_path / "tiny"), tmp_path / "tiny.zip")
    images = open_images(archive / "val")
    assert (images.names, images.labels) == (NAMES[4:], LABELS[4:])
    assert images.read(1) == b"d"
    with pytest.raises(DataError, match=r"tiny.zip/test has no pictures"):
        open_images(archive / "test")


def test_the_one_folder_that_all_of_a_zip_lies_in_may_be_left_out(tmp_path: Path) -> None:
    tree(tmp_path / "packed" / "tiny-imagenet-200")
    archive = zipped(tmp_path / "packed", tmp_path / "tiny.zip")
    short, whole = open_images(archive / "val"), open_images(archive / "tiny-imagenet-200" / "val")
    assert short == whole
    assert [short.read(i) for i in range(len(short))] == [b"c", b"d"]
    with pytest.raises(DataError, match=r"tiny.zip/tiny-imagenet-200/test has no pictures"):
        open_images(archive / "test")


def test_a_pickled_set_reads_on_elsewhere(tmp_path: Path) -> None:
    images = open_images(zipped(tree(tmp_path / "tiny"), tmp_path / "tiny.zip"))
    images.read(0)
    assert pickle.loads(pickle.dumps(images)).read(1) == b"e"


def test_a_limit_takes_the_first_ones(tmp_path: Path) -> None:
    assert open_images(tree(tmp_path), 2).names == NAMES[:2]


def test_the_hash_is_of_names_contents_and_order() -> None:
    a, b = digest_of(b"a"), digest_of(b"b")
    same = content_hash(["x", "y"], a + b)
    assert same == content_hash(["x", "y"], a + b)
    others = [content_hash(["x", "y"], b + a), content_hash(["x", "z"], a + b), content_hash(["x"], a)]
    assert same not in others
    assert len(same) == 64


def test_the_signature_sees_a_file_that_was_written_to(tmp_path: Path) -> None:
    before = open_images(tree(tmp_path)).signature()
    assert open_images(tmp_path).signature() == before
    os.utime(tmp_path / "loose.jpg", ns=(1, 1))
    assert open_images(tmp_path).signature() != before


@pytest.mark.parametrize("what", ["missing", "empty", "text", "cut zip"])
def test_what_is_no_data_set_is_one_sentence(tmp_path: Path, what: str) -> None:
    path = tmp_path / "data.zip"
    if what == "empty":
        path.mkdir()
    elif what == "text":
        path.write_text("not a zip")
    elif what == "cut zip":
        zipped(tree(tmp_path / "tiny"), path)
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match=r"data\.zip") as told:
        open_images(path)
    assert str(told.value).endswith(".")


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with a name, and no names that are no text")
def test_links_to_nothing_pipes_and_names_that_are_no_text_are_errors_of_these_files_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "good.png").write_bytes(b"a")
    (tmp_path / "link.png").symlink_to(tmp_path / "nowhere.png")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / os.fsdecode(b"caf\xe9.png")).touch()
    images = open_images(tmp_path)
    assert images.names == ("caf\\udce9.png", "good.png", "link.png", "pipe.png")
    assert images.signature() == open_images(tmp_path).signature()
    assert len(content_hash(images.names, b"")) == 64
    for index in (0, 2, 3):
        with pytest.raises(OSError, match=r"No such file|no file"):
            images.read(index)
    assert images.read(1) == b"a"


def test_a_damaged_deflate_stream_and_a_claim_of_terabytes_are_errors_of_that_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(range(256)) * 40)
        archive.writestr("b.png", b"fine")
    data = bytearray(path.read_bytes())
    start = 30 + len("a.png")
    data[start : start + 20] = bytes(byte ^ 0x5A for byte in data[start : start + 20])
    path.write_bytes(data)
    images = open_images(path)
    with pytest.raises(OSError, match="damaged in the zip"):
        images.read(0)
    assert images.read(1) == b"fine"
    monkeypatch.setattr("precompute.datasets._LARGEST", 3)
    with pytest.raises(OSError, match="too large to be a picture"):
        images.read(1)


def test_a_damaged_file_of_a_zip_is_an_error_of_that_file_alone(tmp_path: Path) -> None:
    path = zipped(tree(tmp_path / "tiny"), tmp_path / "tiny.zip")
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("loose.jpg")
    data[info.header_offset + 30 + len("loose.jpg")] ^= 0xFF
    path.write_bytes(bytes(data))
    images = open_images(path)
    with pytest.raises(OSError, match="damaged"):
        images.read(0)
    assert images.read(1) == b"e"
