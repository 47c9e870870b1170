from __future__ import annotations

from pathlib import Path

import pytest

from precompute.publish.folder import MARKER, FolderError, OutputFolder


def fill(path: Path, *names: str, force: bool = False, finish: bool = True) -> None:
    with OutputFolder(path, "gallery", force=force) as folder:
        for name in names:
            folder.write(name, name.encode())
        if finish:
            folder.finish()


def state(path: Path) -> str:
    return (path / MARKER).read_text(encoding="utf-8").splitlines()[1]


def files(path: Path) -> set[str]:
    return {str(p.relative_to(path).as_posix()) for p in path.rglob("*") if p.is_file()} - {MARKER}


def test_a_finished_folder_says_so_and_a_broken_off_one_says_what_to_do(tmp_path: Path) -> None:
    fill(tmp_path / "out", "a", "b/c", finish=False)
    assert "run the same command again" in state(tmp_path / "out")
    fill(tmp_path / "out", "a", "b/c")
    assert state(tmp_path / "out") == "finished"
    assert files(tmp_path / "out") == {"a", "b/c"}


@pytest.mark.parametrize("finish", [True, False])
def test_a_second_run_removes_what_the_first_one_left_and_nothing_else(tmp_path: Path, finish: bool) -> None:
    fill(tmp_path, "a", "old/one", finish=finish)
    (tmp_path / "mine.txt").write_text("mine")
    fill(tmp_path, "a", "new")
    assert files(tmp_path) == {"a", "new", "mine.txt"}
    assert not (tmp_path / "old").exists()


def test_a_folder_with_other_files_is_refused_unless_forced_and_they_stay(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(
        FolderError, match=r"not made by deepvis-precompute gallery; name another .* or add --force"
    ):
        fill(tmp_path, "a")
    assert files(tmp_path) == {"thesis.doc"}
    fill(tmp_path, "a", force=True)
    assert files(tmp_path) == {"thesis.doc", "a"}


def test_a_folder_of_another_command_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, "a")
    with pytest.raises(FolderError), OutputFolder(tmp_path, "export"):
        pass


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(FolderError, match="x is a file"), OutputFolder(tmp_path / "x", "gallery"):
        pass


@pytest.mark.parametrize("name", ["../victim", "link/victim", "/victim", "sub/../../victim"])
def test_a_forged_list_never_reaches_outside_the_folder(tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    out = tmp_path / "out"
    fill(out, "a")
    (out / "link").symlink_to(tmp_path)
    (out / MARKER).write_text(
        f"deepvis-precompute gallery\nfinished\n{name.replace('/victim', str(victim), 1) if name[0] == '/' else name}\n"
    )
    fill(out, "a")
    assert victim.read_text() == "precious"


def test_files_stay_where_what_tells_of_them_is_the_same(tmp_path: Path) -> None:
    fill(tmp_path, "a.png", "a.json", "b.png", "b.json")
    with OutputFolder(tmp_path, "gallery") as folder:
        assert folder.keep("a.json", b"a.json", ["a.png"])
        assert not folder.keep("b.json", b"other", ["b.png"])
        assert not folder.keep("a.json", b"a.json", ["a.png", "c.png"])
        folder.finish()
    assert files(tmp_path) == {"a.png", "a.json"}


def test_strangers_files_are_not_taken_for_kept_ones(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("a")
    with OutputFolder(tmp_path, "gallery", force=True) as folder:
        assert not folder.keep("a.json", b"a", [])
