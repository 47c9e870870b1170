from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepvis_app.live.sources.base import Reading, Source, SourceError
from deepvis_app.live.sources.files import Folder, ImageList, Picture
from deepvis_app.live.sources.pixels import Pixels
from deepvis_app.live.sources.samples import Samples
from deepvis_app.live.sources.stills import natural_key
from deepvis_app.messages import SourceCommand, frozen
from tests.live.helpers import write_picture


def shown(source: Source) -> Reading:
    """What the source shows next, as the capture thread would find it."""
    while source.due() is not None:
        reading = source.read()
        if reading is not None:
            assert source.due() is None
            return reading
    raise AssertionError("nothing to show")


def step(source: Source, action: str = "next", value: float = 0) -> str:
    source.command(SourceCommand(action, value))  # type: ignore[arg-type]
    return shown(source).name


def test_names_sort_as_people_count() -> None:
    names = [
        "img10.png",
        "IMG2.png",
        "img1.png",
        "b/1.png",
        "a10/1.png",
        "a9/2.png",
        "7.png",
        "x.png",
        "²3.png",
    ]
    mixed = random.Random(0).sample(names, len(names))
    assert sorted(mixed, key=natural_key) == [
        "7.png", "a9/2.png", "a10/1.png", "b/1.png", "img1.png", "IMG2.png", "img10.png", "x.png", "²3.png",
    ]  # fmt: skip


def test_folder_steps_in_natural_order_in_a_circle(tmp_path: Path) -> None:
    for name in ("p10.png", "p9.png", "p1.JPG", ".hidden.png", "notes.txt", "deeper/p2.png"):
        write_picture(tmp_path / name) if not name.endswith("txt") else (tmp_path / name).write_text("no")
    folder = Folder(tmp_path)
    folder.open()
    assert shown(folder).name == "p1.JPG"
    assert [step(folder) for _ in range(3)] == ["p9.png", "p10.png", "p1.JPG"]
    assert step(folder, "previous") == "p10.png"
    assert step(folder, "seek", 2) == "p9.png"
    facts = folder.facts()
    assert (facts.position, facts.length, facts.can_step, facts.can_seek) == (2, 3, True, True)


def test_recursive_folder_goes_into_folders_but_not_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.png", "a/1.png", "a/c/2.png", ".git/3.png"):
        write_picture(tmp_path / name)
    folder = Folder(tmp_path, recursive=True)
    folder.open()
    assert [shown(folder).name, step(folder), step(folder)] == ["a/1.png", "a/c/2.png", "b.png"]


def test_folder_notices_new_and_removed_files_when_stepping(tmp_path: Path) -> None:
    for name in ("a.png", "c.png", "e.png"):
        write_picture(tmp_path / name)
    folder = Folder(tmp_path)
    folder.open()
    assert [shown(folder).name, step(folder)] == ["a.png", "c.png"]
    write_picture(tmp_path / "d.png")
    assert step(folder) == "d.png"
    (tmp_path / "d.png").unlink()
    assert step(folder) == "e.png"
    (tmp_path / "e.png").unlink()
    assert step(folder, "previous") == "c.png"
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(SourceError, match="no picture in"):
        folder.command(SourceCommand("next"))


def test_folder_skips_what_cannot_be_read_in_the_direction_of_the_step_and_says_so(tmp_path: Path) -> None:
    for name in ("1.png", "2.png", "3.png", "6.png"):
        write_picture(tmp_path / name)
    (tmp_path / "4.png").write_bytes(b"")
    (tmp_path / "5.png").write_bytes(b"words")
    folder = Folder(tmp_path)
    folder.open()
    shown(folder)
    assert folder.facts().message == ""
    assert [step(folder) for _ in range(3)] == ["2.png", "3.png", "6.png"]
    assert folder.facts().message == "Skipped: 4.png is empty. (and 1 more)"
    assert step(folder, "previous") == "3.png"
    assert folder.facts().message.startswith("Skipped: 5.png is not a picture")
    assert step(folder, "previous") == "2.png"
    assert folder.facts().message == ""


def test_folder_of_broken_files_ends_in_one_sentence_and_one_file_is_tried_per_read(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"")
    folder = Folder(tmp_path)
    folder.open()
    assert folder.read() is None
    assert folder.read() is None
    with pytest.raises(SourceError, match="None of the 3 pictures in folder"):
        folder.read()


def test_empty_and_missing_folders_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no picture in .* were not searched"):
        Folder(tmp_path).open()
    with pytest.raises(SourceError, match=r"no picture in .* or below it"):
        Folder(tmp_path, recursive=True).open()
    with pytest.raises(SourceError, match="cannot be read: No such file"):
        Folder(tmp_path / "no").open()


def test_picture_is_shown_once_and_its_failures_name_it(tmp_path: Path) -> None:
    picture = Picture(write_picture(tmp_path / "a.png", (1, 2, 3)))
    picture.open()
    np.testing.assert_array_equal(shown(picture).rgb[0, 0], (1, 2, 3))
    assert picture.read() is None
    assert not picture.facts().can_step
    with pytest.raises(SourceError, match="There is no file"):
        Picture(tmp_path / "b.png").open()
    (tmp_path / "c.png").write_bytes(b"")
    broken = Picture(tmp_path / "c.png")
    broken.open()
    with pytest.raises(SourceError, match=r"^c\.png is empty\.$"):
        broken.read()


def test_list_gives_paths_and_labels_however_they_are_parted(tmp_path: Path) -> None:
    places = ["one.png", "in folder/two words.jpg", "three.JPEG", "four.png", "five.png"]
    for place in places:
        write_picture(tmp_path / place)
    lines = [
        "\ufeffone.png 281", "", "# a comment", "in folder/two words.jpg\ttabby cat", "three.JPEG,tiger cat",
        f'"{tmp_path / "four.png"}", goldfish', "five.png",
    ]  # fmt: skip
    (tmp_path / "list.txt").write_text("\n".join(lines), encoding="utf-8")
    source = ImageList(tmp_path / "list.txt")
    source.open()
    labels = [shown(source).label]
    for _ in places[1:]:
        source.command(SourceCommand("next"))
        labels.append(shown(source).label)
    assert labels == ["281", "tabby cat", "tiger cat", "goldfish", ""]
    assert source.facts().message == ""


def test_list_may_name_a_file_twice_and_skips_missing_ones(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    write_picture(tmp_path / "b.png")
    (tmp_path / "list.txt").write_text("a.png 1\na.png 2\ngone 3\nb.png 4\n")
    source = ImageList(tmp_path / "list.txt")
    source.open()
    shown(source)
    assert [step(source), step(source), step(source)] == ["a.png", "b.png", "a.png"]
    assert step(source, "seek", 3) == "b.png"
    assert source.facts().message == "Skipped: gone does not exist."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "lists no pictures"), (b"# only\n\n", "lists no pictures"), (b"\x00\x01", "not a text file")],
)
def test_lists_that_are_none_are_sentences(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "list.txt").write_bytes(data)
    with pytest.raises(SourceError, match=sentence):
        ImageList(tmp_path / "list.txt").open()
    with pytest.raises(SourceError, match="cannot be opened"):
        ImageList(tmp_path / "absent.txt").open()


def test_a_sample_that_this_scikit_image_lacks_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise ModuleNotFoundError("pooch")

    monkeypatch.setattr("skimage.data.coffee", gone)
    source = Samples("coffee")
    source.open()
    assert shown(source).name == "astronaut"
    assert "coffee is missing" in source.facts().message


def test_samples_start_where_asked_and_refuse_unknown_names() -> None:
    source = Samples("coffee")
    source.open()
    assert [shown(source).name, step(source)] == ["coffee", "astronaut"]
    with pytest.raises(SourceError, match="there are coffee, astronaut"):
        Samples("dog").open()


def test_pasted_pixels_are_a_still() -> None:
    rgb = frozen(np.array(Image.new("RGB", (4, 3), (9, 8, 7))))
    source = Pixels(rgb, "clipboard")
    source.open()
    np.testing.assert_array_equal(shown(source).rgb, rgb)
    assert source.title == "clipboard"
