from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.error import URLError

import pytest

from deepvis_app.models import download as module
from deepvis_app.models.download import DownloadError, Patience, download, hash_in_name
from tests.servers import Behaviour, FileServer, serving

QUICK = Patience(attempts=3, timeout=0.3, pause=0.01)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("no_proxy", "*")
    with serving() as server:
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "store" / "net.pth"


def part_of(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def cut_once(server: FileServer, target: Path) -> int:
    """Leave a part behind; its size."""
    server.plan = ["cut"]
    with pytest.raises(DownloadError, match="cut after"):
        download(f"{server.url}/net.pth", target, patience=Patience(attempts=1))
    server.ranges.clear()
    return part_of(target).stat().st_size


def test_a_whole_file_arrives_with_its_hash_and_leaves_nothing_else(server: FileServer, target: Path) -> None:
    digest = download(f"{server.url}/net.pth", target, patience=QUICK)
    assert target.read_bytes() == server.content
    assert digest == sha256(server.content).hexdigest()
    assert list(target.parent.iterdir()) == [target]


def test_progress_rises_to_the_total(server: FileServer, target: Path) -> None:
    seen: list[tuple[int, int]] = []
    download(f"{server.url}/net.pth", target, progress=lambda d, t: seen.append((d, t)), patience=QUICK)
    assert seen == sorted(seen)
    assert seen[-1] == (len(server.content), len(server.content))


def test_a_cut_connection_is_continued_where_it_stopped(server: FileServer, target: Path) -> None:
    server.plan = ["cut"]
    download(f"{server.url}/net.pth", target, patience=QUICK)
    assert server.ranges == ["", f"bytes={len(server.content) // 2}-"]
    assert target.read_bytes() == server.content


def test_a_part_of_an_earlier_run_is_continued(server: FileServer, target: Path) -> None:
    have = cut_once(server, target)
    assert not target.exists()
    download(f"{server.url}/net.pth", target, patience=QUICK)
    assert server.ranges == [f"bytes={have}-"]
    assert target.read_bytes() == server.content


@pytest.mark.parametrize("behaviour", ["ignore range", "416", "skip bytes"])
def test_a_server_that_cannot_continue_sends_the_whole_file_again(
    server: FileServer, target: Path, behaviour: Behaviour
) -> None:
    cut_once(server, target)
    server.plan = [behaviour]
    download(f"{server.url}/net.pth", target, patience=QUICK)
    assert target.read_bytes() == server.content


@pytest.mark.parametrize("behaviour", ["good", "lie about range"])
@pytest.mark.parametrize("longer", [False, True])
def test_a_file_that_changed_between_attempts_is_fetched_anew(
    server: FileServer, target: Path, behaviour: Behaviour, longer: bool
) -> None:
    cut_once(server, target)
    server.content = server.content[::-1] + (b"more" if longer else b"")
    server.etag = '"two"'
    server.plan = [behaviour]
    download(f"{server.url}/net.pth", target, patience=QUICK)
    assert target.read_bytes() == server.content


def test_a_changed_size_under_the_same_etag_is_noticed(server: FileServer, target: Path) -> None:
    cut_once(server, target)
    server.content = server.content[::-1] + b"more"
    download(f"{server.url}/net.pth", target, patience=QUICK)
    assert target.read_bytes() == server.content


def test_without_a_way_to_tell_versions_apart_nothing_is_continued(server: FileServer, target: Path) -> None:
    server.etag = ""
    cut_once(server, target)
    download(f"{server.url}/net.pth", target, patience=QUICK)
    assert server.ranges == [""]


def test_a_part_of_another_address_is_not_continued(server: FileServer, target: Path) -> None:
    cut_once(server, target)
    download(f"{server.url}/other.pth", target, patience=QUICK)
    assert server.ranges == [""]


def test_a_damaged_part_is_fetched_anew_because_its_hash_is_wrong(server: FileServer, target: Path) -> None:
    have = cut_once(server, target)
    part_of(target).write_bytes(bytes(have))
    download(f"{server.url}/net.pth", target, expected=sha256(server.content).hexdigest(), patience=QUICK)
    assert target.read_bytes() == server.content


def test_a_server_in_trouble_is_asked_again(server: FileServer, target: Path) -> None:
    server.plan = ["500", "500"]
    download(f"{server.url}/net.pth", target, patience=QUICK)
    assert len(server.ranges) == 3


def test_patience_ends(server: FileServer, target: Path) -> None:
    server.plan = ["500"] * 9
    with pytest.raises(DownloadError, match=r"HTTP 500.*tried 3 times"):
        download(f"{server.url}/net.pth", target, patience=QUICK)
    assert len(server.ranges) == 3
    assert not target.exists()


def test_a_part_that_stays_is_named_as_such(server: FileServer, target: Path) -> None:
    server.plan = ["cut"] * 3
    with pytest.raises(DownloadError, match="will be continued"):
        download(f"{server.url}/net.pth", target, patience=QUICK)
    assert part_of(target).is_file()


def test_silence_in_mid_file_keeps_what_has_arrived(server: FileServer, target: Path) -> None:
    server.plan = ["stall"]
    with pytest.raises(DownloadError, match="stopped sending"):
        download(f"{server.url}/net.pth", target, patience=Patience(attempts=1, timeout=0.3))
    assert part_of(target).read_bytes() == server.content[: len(server.content) // 2]


def test_silence_ends_in_a_sentence(server: FileServer, target: Path) -> None:
    server.plan = ["slow"]
    with pytest.raises(DownloadError, match=r"did not answer in 0\.3 seconds"):
        download(f"{server.url}/net.pth", target, patience=Patience(attempts=1, timeout=0.3))


@pytest.mark.parametrize(("behaviour", "sentence"), [("404", "does not exist"), ("403", "refused")])
def test_a_refusal_is_final(server: FileServer, target: Path, behaviour: Behaviour, sentence: str) -> None:
    server.plan = [behaviour]
    with pytest.raises(DownloadError, match=sentence):
        download(f"{server.url}/net.pth", target, patience=QUICK)
    assert len(server.ranges) == 1
    assert not target.parent.exists()


@pytest.mark.parametrize("in_name", [False, True])
def test_a_wrong_file_is_not_kept(server: FileServer, target: Path, in_name: bool) -> None:
    name, expected = ("net-0123abcd.pth", "") if in_name else ("net.pth", "0123abcd")
    with pytest.raises(DownloadError, match=r"not the expected file.*nothing was kept"):
        download(f"{server.url}/{name}", target, expected=expected, patience=QUICK)
    assert list(target.parent.iterdir()) == []


def test_a_wrong_file_leaves_an_older_target_alone(server: FileServer, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"old")
    with pytest.raises(DownloadError):
        download(f"{server.url}/net.pth", target, expected="0123abcd", patience=QUICK)
    assert target.read_bytes() == b"old"


def test_the_hash_in_a_file_name_is_found() -> None:
    assert hash_in_name("https://a.org/m/resnet18-f37072fd.pth?x=1") == "f37072fd"
    assert hash_in_name("https://a.org/m/mnasnet0.5_top1_67.823-3ffadce67e.pth") == "3ffadce67e"
    assert hash_in_name("https://a.org/m/resnet18.pth") == ""


def test_no_connection_ends_in_a_sentence(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        port = unused.getsockname()[1]
        with pytest.raises(DownloadError, match=r"Cannot reach 127\.0\.0\.1"):
            download(f"http://127.0.0.1:{port}/net.pth", target, patience=QUICK)


def test_an_unknown_host_ends_in_a_sentence_at_once(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def unknown(request: object, timeout: float) -> None:
        calls.append(request)
        raise URLError(socket.gaierror(socket.EAI_NONAME, "unknown"))

    monkeypatch.setattr(module, "urlopen", unknown)
    with pytest.raises(DownloadError, match="check the network connection"):
        download("https://weights.invalid/net.pth", target, patience=QUICK)
    assert len(calls) == 1


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://a.org/net.pth", "net.pth"])
def test_only_http_is_fetched(target: Path, address: str) -> None:
    with pytest.raises(DownloadError, match="not an http"):
        download(address, target)


class FullDisk:
    """A file that takes nothing, as on a full disk."""

    def __init__(self, *_arguments: object) -> None: ...

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_error: object) -> None: ...

    def seek(self, _place: int) -> None: ...

    def write(self, _block: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_ends_in_a_sentence(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, mode="r", *a, **k: FullDisk() if mode == "wb" and path == part_of(target)
        else real(path, mode, *a, **k)
    )  # fmt: skip
    with pytest.raises(DownloadError, match="is full; make room"):
        download(f"{server.url}/net.pth", target, patience=QUICK)
    assert len(server.ranges) == 1
    assert not target.exists()


def test_a_folder_that_cannot_be_written_ends_in_a_sentence(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DownloadError, match="Cannot write"):
        download(f"{server.url}/net.pth", tmp_path / "file" / "net.pth", patience=QUICK)


def test_a_kill_before_the_first_new_byte_never_mixes_two_versions(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_once(server, target)
    server.content, server.etag = server.content[::-1], '"two"'
    note = module._Fetch._note

    def killed(fetch: module._Fetch, version: module._Version) -> None:
        note(fetch, version)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module._Fetch, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            download(f"{server.url}/net.pth", target, patience=QUICK)
    download(f"{server.url}/net.pth", target, patience=QUICK)
    assert target.read_bytes() == server.content
