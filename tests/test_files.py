from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from deepvis_app import files
from deepvis_app.files import atomic_write, file_sha256


def test_a_new_file_is_whole_and_alone(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "deep" / "er" / "a.bin") as file:
        file.write(b"new")
    assert (tmp_path / "deep" / "er" / "a.bin").read_bytes() == b"new"
    assert len(list((tmp_path / "deep" / "er").iterdir())) == 1


@pytest.mark.parametrize("old", [None, b"old"])
def test_an_error_while_writing_leaves_what_was_there(tmp_path: Path, old: bytes | None) -> None:
    path = tmp_path / "a.bin"
    if old is not None:
        path.write_bytes(old)

    def fail() -> None:
        with atomic_write(path) as file:
            file.write(b"half of the new")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        fail()
    assert [p.read_bytes() for p in tmp_path.iterdir()] == ([] if old is None else [old])


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_the_hash_is_that_of_the_whole_file(tmp_path: Path, size: int) -> None:
    content = (b"0123456789" * (size // 10 + 1))[:size]
    (tmp_path / "a").write_bytes(content)
    assert file_sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_the_user_folders_lie_under_the_override_and_differ(home: Path) -> None:
    folders = {files.data_folder(), files.config_folder(), files.cache_folder()}
    assert len(folders) == 3
    assert {folder.parent for folder in folders} == {home}


def test_without_the_override_the_folders_are_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPVIS_HOME")
    for folder in (files.data_folder(), files.config_folder(), files.cache_folder()):
        assert folder.is_absolute()
        assert "deepvis" in folder.parts


def test_the_bundled_data_is_found_in_a_checkout() -> None:
    assert files.assets_folder() == Path(files.__file__).parent.parent / "assets"


def test_the_bundled_data_inside_the_package_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "package" / "assets").mkdir(parents=True)
    monkeypatch.setattr(files, "__file__", str(tmp_path / "package" / "files.py"))
    assert files.assets_folder() == tmp_path / "package" / "assets"


def test_what_cannot_be_written_is_told_by_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 250)  # the temporary file's name is too long
    with pytest.raises(OSError, match="name too long") as caught, atomic_write(path):
        pass
    assert caught.value.filename == str(path)
