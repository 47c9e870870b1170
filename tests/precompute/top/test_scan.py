from __future__ import annotations

import io
import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image

from precompute.datasets import DIGEST, ImageSet, open_images
from precompute.errors import CommandError
from precompute.kept import kept_file
from precompute.stop import Stop
from precompute.top import loading
from precompute.top import scan as scanning
from precompute.top import state as states
from precompute.top.loading import batches
from precompute.top.maxima import MaximaWatch, columns
from precompute.top.scan import Passes, scan, scanned_layers
from precompute.top.state import FOLDER, ScanState, scan_key
from tests.precompute.helpers import Told
from tests.precompute.top.nets import fill, noise, small_model


def slow_maxima(images: ImageSet) -> torch.Tensor:
    """(units, images), every image alone."""
    from deepvis_app.render.pictures import decode_picture

    model = small_model()
    rows = []
    with MaximaWatch(model.net, scanned_layers(model)) as watch:
        for i in range(len(images)):
            x = model.preprocess(decode_picture(images.read(i), ""), model.device)
            rows.append(watch.run(x)[0])
    return torch.stack(rows, 1)


def scanned(folder: Path, told: Told | None = None, stop: Stop | None = None) -> ScanState:
    return scan(small_model(), open_images(folder), 3, told or Told(), stop or Stop(), 4, 0).state


def same(a: ScanState, b: ScanState) -> bool:
    theirs = b.tally.arrays()
    exact = all(
        torch.equal(x, theirs[n]) for n, x in a.tally.arrays().items() if n not in ("mean", "scatter")
    )
    return exact and (a.next, a.digests, a.unreadable, a.duplicates) == (
        b.next, b.digests, b.unreadable, b.duplicates,
    )  # fmt: skip


def test_the_best_images_of_all_layers_are_those_of_a_sort_of_everything(tmp_path: Path) -> None:
    images = open_images(fill(tmp_path / "pictures", 22))
    found = scanned(tmp_path / "pictures")
    for unit, row in enumerate(slow_maxima(images)):
        order = sorted(range(22), key=lambda i: (-float(row[i]), i))[:3]
        best = found.tally.ranking.of(unit)
        assert [value for value, _ in best] == pytest.approx([float(row[i]) for i in order], abs=1e-5)
        assert [image for _, image in best] == order


def test_unreadable_files_and_duplicates_are_skipped_counted_and_named(tmp_path: Path) -> None:
    fill(tmp_path, 6)
    (tmp_path / "class0" / "100.png").write_bytes((tmp_path / "class0" / "002.png").read_bytes())
    (tmp_path / "class0" / "101.jpg").write_bytes(b"")
    (tmp_path / "class1" / "102.png").write_bytes((tmp_path / "class1" / "001.png").read_bytes()[:60])
    (tmp_path / "class1" / "103.gif").write_text("no picture")
    told = Told()
    found = scanned(tmp_path, told)
    assert (found.unreadable, found.duplicates, found.next) == (3, 1, 10)
    assert int(found.tally.count.max()) == 6
    notes = "\n".join(told.notes)
    assert all(name in notes for name in ("100.png", "101.jpg", "102.png", "103.gif"))
    assert found.skipped_in_words() == "skipped: 3 unreadable, 1 duplicates"


def test_strange_kinds_of_pictures_count(tmp_path: Path) -> None:
    rgb = Image.fromarray(noise(1))
    rgb.convert("CMYK").save(tmp_path / "cmyk.jpg")
    rgb.convert("P").save(tmp_path / "palette.png")
    rgb.convert("L").convert("I;16").save(tmp_path / "wide.png")
    rgb.convert("RGBA").save(tmp_path / "alpha.png")
    rgb.save(tmp_path / "moving.gif", save_all=True, append_images=[Image.fromarray(noise(2))])
    rgb.resize((1, 1)).save(tmp_path / "dot.png")
    found = scanned(tmp_path)
    assert (found.unreadable, found.duplicates, int(found.tally.count.max())) == (0, 0, 6)


def test_a_stopped_scan_goes_on_and_gives_the_same_as_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "pictures", 21)
    (tmp_path / "pictures/class1/900.png").write_bytes((tmp_path / "pictures/class0/000.png").read_bytes())

    class AfterTwo(Told):
        def advance(self, done_now: int = 1, where: str = "") -> None:
            super().advance(done_now, where)
            if self.done == 8:
                stop.ask()

    stop = Stop()
    first = scan(small_model(), open_images(tmp_path / "pictures"), 3, AfterTwo(), stop, 4, 0)
    assert (first.finished, first.state.next) == (False, 8)
    told = Told()
    second = scan(small_model(), open_images(tmp_path / "pictures"), 3, told, Stop(), 4, 0)
    assert second.finished
    assert told.done == 22
    assert len(told.where) < 5
    monkeypatch.setenv("DEEPVIS_HOME", str(tmp_path / "elsewhere"))
    assert same(second.state, scanned(tmp_path / "pictures"))


def test_a_killed_scan_goes_on_from_what_it_saved_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "pictures", 21)
    monkeypatch.setattr(scanning, "SAVED_EVERY_S", 0.0)
    real, calls = Passes.maxima, []

    def dying(passes: Passes, pixels: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt  # nothing is saved on this way
        return real(passes, pixels)

    monkeypatch.setattr(Passes, "maxima", dying)
    with pytest.raises(KeyboardInterrupt):
        scanned(tmp_path / "pictures")
    monkeypatch.setattr(Passes, "maxima", real)
    told = Told()
    second = scanned(tmp_path / "pictures", told)
    assert told.started[0][0] == 21
    assert len(told.where) == 3  # the first three batches of four were not seen again
    monkeypatch.setenv("DEEPVIS_HOME", str(tmp_path / "elsewhere"))
    assert same(second, scanned(tmp_path / "pictures"))


def test_a_finished_scan_serves_later_jobs_without_a_second_pass(tmp_path: Path) -> None:
    first = scanned(fill(tmp_path / "pictures", 5))
    told = Told()
    assert same(scanned(tmp_path / "pictures", told), first)
    assert told.started == []


@pytest.mark.parametrize("damage", ["cut", "text", "other"])
def test_a_damaged_or_foreign_state_is_not_believed(tmp_path: Path, damage: str) -> None:
    first = scanned(fill(tmp_path / "pictures", 5))
    model, images = small_model(), open_images(tmp_path / "pictures")
    path = kept_file(FOLDER, scan_key(model, scanned_layers(model), images, 3))
    if damage == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif damage == "text":
        path.write_text("{}")
    else:
        states.save(first, "f" * 64)
        path.write_bytes(kept_file(FOLDER, "f" * 64).read_bytes())
    told = Told()
    assert same(scanned(tmp_path / "pictures", told), first)
    assert told.done == 5


def test_what_decides_about_the_result_decides_about_the_state(tmp_path: Path) -> None:
    images = open_images(fill(tmp_path / "pictures", 5))
    model = small_model()
    layers = scanned_layers(model)
    keys = {
        scan_key(model, layers, images, 3),
        scan_key(model, layers, images, 4),
        scan_key(small_model(crop="squash"), layers, images, 3),
        scan_key(model, layers[1:], images, 3),
        scan_key(model, layers, open_images(tmp_path / "pictures", 4), 3),
    }
    (tmp_path / "pictures/class0/000.png").write_bytes(b"x")
    assert len(keys | {scan_key(model, layers, images, 3)}) == 6


def test_old_states_make_room(tmp_path: Path) -> None:
    state = scanned(fill(tmp_path / "pictures", 2))
    for number in range(12):
        states.save(state, f"{number:02}" + 62 * "0")
    assert len(list(kept_file(FOLDER, "0" * 64).parent.glob("*.npz"))) == 7
    assert kept_file(FOLDER, "11" + 62 * "0").exists()


def test_a_batch_too_large_for_the_memory_is_halved_once_and_for_all() -> None:
    model, told, sizes = small_model(), Told(), []

    class Watch:
        def run(self, x: torch.Tensor) -> torch.Tensor:
            sizes.append(len(x))
            if len(x) > 2:
                raise RuntimeError("CUDA out of memory")
            return x.sum((1, 2, 3))[:, None]

    pixels = torch.arange(5 * 20 * 24 * 3).reshape(5, 20, 24, 3).to(torch.uint8)
    passes = Passes(Watch(), model, told)  # type: ignore[arg-type]
    once = passes.maxima(pixels)
    assert sizes == [5, 2, 2, 1]
    assert torch.equal(passes.maxima(pixels), once)
    assert sizes[4:] == [2, 2, 1]
    assert told.notes == ["Not enough memory for 5 images at once: 2 from now on."]
    x = model.preprocess.normalise(pixels.permute(0, 3, 1, 2).float())
    torch.testing.assert_close(once[:, 0], x.sum((1, 2, 3)))


def test_workers_decode_what_this_process_decodes(tmp_path: Path) -> None:
    images = open_images(fill(tmp_path, 7))
    model = small_model()
    here, there = (list(batches(images, model.preprocess, 0, 3, workers)) for workers in (0, 2))
    assert [b.first for b in there] == [0, 3, 6]
    for a, b in zip(here, there, strict=True):
        assert (a.digests, a.indices, a.problems) == (b.digests, b.indices, b.problems)
        assert torch.equal(a.pixels, b.pixels)
    assert len(here[-1]) == 1
    assert len(here[0].digests) == 3 * DIGEST


def test_columns_follow_one_another() -> None:
    model = small_model()
    found = columns(scanned_layers(model))
    ends = [part.stop for part in found.values()]
    assert [part.start for part in found.values()] == [0, *ends[:-1]]


def test_a_picture_is_told_by_what_is_in_it_and_not_by_its_name(tmp_path: Path) -> None:
    data = io.BytesIO()
    Image.fromarray(noise(3)).save(data, "PNG")
    (tmp_path / "wrong.jpg").write_bytes(data.getvalue())
    assert scanned(tmp_path).unreadable == 0


@pytest.mark.parametrize(
    "error",
    [RuntimeError("DataLoader worker (pid 77) is killed by signal: Killed."), ConnectionResetError(104)],
)
def test_a_decoding_process_that_the_system_ended_is_said(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Iterator[object]:
        yield from ()
        raise error

    monkeypatch.setattr(loading, "DataLoader", broken)
    with pytest.raises(CommandError, match=r"ended by the system, mostly for want of memory: .* --workers 0"):
        scanned(fill(tmp_path, 3))


def test_other_errors_while_images_are_loaded_pass_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Iterator[object]:
        yield from ()
        raise RuntimeError("Caught RuntimeError in DataLoader worker process 0.")

    monkeypatch.setattr(loading, "DataLoader", broken)
    with pytest.raises(RuntimeError, match="Caught RuntimeError"):
        scanned(fill(tmp_path, 3))


@pytest.mark.slow
def test_a_decoding_process_that_is_really_killed_is_said(tmp_path: Path) -> None:
    images = open_images(fill(tmp_path, 40))
    loaded = batches(images, small_model().preprocess, 0, 1, 1)
    next(loaded)
    for child in multiprocessing.active_children():
        child.kill()
    with pytest.raises(CommandError, match="ended by the system"):
        list(loaded)
