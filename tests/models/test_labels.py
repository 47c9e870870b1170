from __future__ import annotations

from pathlib import Path

import pytest

from deepvis_app.models.labels import read_labels
from deepvis_app.models.loaded import ModelError


def saved(tmp_path: Path, text: str) -> Path:
    (tmp_path / "labels.txt").write_text(text, encoding="utf-8")
    return tmp_path / "labels.txt"


def test_each_line_is_a_class(tmp_path: Path) -> None:
    assert read_labels(saved(tmp_path, "cat, tame\n\n dög \n\n")) == ("cat, tame", "", "dög")


def test_of_synsets_the_first_name_is_taken_unless_two_are_alike(tmp_path: Path) -> None:
    text = "n01440764 tench, Tinca tinca\nn02012849 crane\nn03126707 crane, lifter\n"
    assert read_labels(saved(tmp_path, text)) == ("tench", "crane", "crane, lifter")


def test_imagenets_classes_keep_their_names_apart_but_for_the_two_cranes(shared_data: Path) -> None:
    names = read_labels(shared_data / "synset_words.txt")
    assert (len(names), len(set(names)), names[1], names[963]) == (1000, 999, "goldfish", "pizza")


def test_files_without_names_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Cannot read the class names"):
        read_labels(tmp_path / "none.txt")
    with pytest.raises(ModelError, match="holds no class names"):
        read_labels(saved(tmp_path, "\n\n"))
    with pytest.raises(ModelError, match="holds no class names"):
        read_labels(saved(tmp_path, "a\0b"))
