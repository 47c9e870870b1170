"""`build-assets`: run the steps that are missing, each as a process of its own, and tell what came of it.

Broken off or killed, it goes on with the same command: each step's own command does so, and steps that are made
are not made again.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deepvis_app.files import ASSETS_VARIABLE, assets_folder, cache_folder, folder_at
from precompute.assets import record
from precompute.assets.record import Entry
from precompute.assets.steps import BY_NAME, REHEARSAL, STEPS, WHOLE, Place, Step, chosen, key_of
from precompute.command import guarded
from precompute.options import OptionError, Parser, add_progress, seed
from precompute.places import check_folder
from precompute.progress import Progress, progress_of
from precompute.runner import STOPPED
from precompute.stop import Stop

NAME = "build-assets"
ATLAS = "atlas"  # the record's name for the file that the steps' pictures end up in
COMMAND = [sys.executable, "-m", "precompute"]
_GLANCE_S = 0.2


def main(words: Sequence[str]) -> int:
    """Exit status: 0 done, 130 stopped, otherwise that of the step that failed, or 1 or 2 with a sentence."""
    parser = _parser()
    options = parser.parse_args(words)
    return guarded(parser.prog, lambda: _build(options))


def _build(options: argparse.Namespace) -> int:
    from precompute.assets.dataset import content, validation

    steps = chosen(options.only)
    work = options.work or cache_folder() / ("rehearsal" if options.rehearse else "assets")
    if options.rehearse and options.assets.resolve() == assets_folder().resolve():
        raise OptionError(
            "--rehearse makes poor assets; name another folder than the program's with --assets."
        )
    for folder in (options.assets, work):
        check_folder(folder)
    place = Place(
        options.dataset.resolve(), validation(options.dataset.resolve()), content(options.dataset),
        options.assets.resolve(), work.resolve(), options.device, options.seed, options.progress,
        REHEARSAL if options.rehearse else WHOLE,
    )  # fmt: skip
    progress = progress_of(options.progress, NAME)
    with Stop() as stop, folder_at(ASSETS_VARIABLE, place.assets):
        builder = Builder(place, progress, force=options.force)
        for step in steps:
            if code := builder.make(step, stop) or (STOPPED if stop.asked else 0):
                text = f"Stopped in the step {step.name}; run it again to go on."
                progress.end("stopped" if code == STOPPED else "failed", text)
                return code
        builder.publish()
    for line in record.table(builder.entries, [*BY_NAME, ATLAS]):
        progress.note(line)
    progress.end("done", f"The assets are in {place.assets}, the report in {place.assets / record.FILE}.")
    return 0


class Builder:
    """Makes steps in order; `entries` is the record, which is written after every step, also a broken-off one."""

    def __init__(self, place: Place, progress: Progress, *, force: bool = False) -> None:
        self._place, self._progress, self._force = place, progress, force
        self.entries = record.read(place.assets)

    def make(self, step: Step, stop: Stop) -> int:
        """Exit status 0 when the step's result is there now."""
        place = self._place
        if not self._force and self._is_there(step):
            self._progress.note(f"{step.name}: is there.")
            return 0
        if step.recorded:
            self._take_up_atlas()
        key, begun, before = key_of(step, place), time.monotonic(), _bytes(step, place)
        code = 0
        for template in step.commands:
            words = place.words(template)
            self._progress.note(f"deepvis-precompute {' '.join(words)}")
            if code := run_child(words, stop):
                break
        self._note(step, key, time.monotonic() - begun, before, finished=not code)
        return code

    def publish(self) -> None:
        """Put the grown atlas into the assets, without what is unused, where they do not have it like that yet.

        As long as steps are missing in it, what the assets have of this network beyond it stays.
        """
        grown, bundled = self._place.work_atlas(), self._place.bundled_atlas()
        finished = {
            name: entry.key for name, entry in self.entries.items() if entry.finished and name != ATLAS
        }
        key = record.digest(finished)
        known = self.entries.get(ATLAS)
        if not grown.exists() or (known is not None and known.key == key and bundled.exists()):
            return
        from deepvis_app.atlas import merge

        fresh = bundled.with_name(f"{bundled.name}.new")
        fresh.unlink(missing_ok=True)
        whole = all(self._is_there(step) for step in STEPS if step.recorded)
        keeps = not whole and _of_one_network(grown, bundled)
        merge([grown, bundled] if keeps else [grown], fresh)
        fresh.replace(bundled)  # the old one stays until the new one is whole
        self._keep(ATLAS, Entry(key, finished=True, bytes=bundled.stat().st_size))

    def _is_there(self, step: Step) -> bool:
        figures = step.figures(self._place)
        if figures is None:
            return False
        key, known = key_of(step, self._place), self.entries.get(step.name)
        if known is not None and known.finished and known.key == key:
            return True
        if step.recorded:
            return False
        size = _bytes(step, self._place)  # made elsewhere, and as it is wanted
        self._keep(step.name, Entry(key, finished=True, seconds=None, bytes=size, figures=figures))
        return True

    def _take_up_atlas(self) -> None:
        """Where the growing atlas was lost, what the assets have of this network is not made again."""
        grown, bundled = self._place.work_atlas(), self._place.bundled_atlas()
        first = next(step for step in STEPS if step.recorded)
        known = self.entries.get(first.name)
        if grown.exists() or not bundled.exists() or known is None or known.key != key_of(first, self._place):
            return
        from deepvis_app.atlas import merge

        merge([bundled], grown)

    def _note(self, step: Step, key: str, seconds: float, before: int, *, finished: bool) -> None:
        known = self.entries.get(step.name)
        if known is not None and not known.finished and known.key == key:  # this was a further part of it
            seconds += known.seconds or 0.0
            before -= known.bytes
        figures = (step.figures(self._place) or {}) if finished else {}
        size = _bytes(step, self._place) - (before if step.recorded else 0)
        key = key_of(step, self._place) if finished else key  # a trained network's is known only now
        self._keep(step.name, Entry(key, finished, round(seconds, 1), size, figures, record.machine()))

    def _keep(self, name: str, entry: Entry) -> None:
        self.entries[name] = entry
        record.write(self._place.assets, self.entries)


def run_child(words: Sequence[str], stop: Stop) -> int:
    """One command in a process of its own: what it leaves in memory ends with it, and a crash ends only it.

    It has its own group, so that a Ctrl-C reaches it once, from here.
    """
    child = subprocess.Popen([*COMMAND, *words], start_new_session=True, cwd=Path(__file__).parents[2])
    told = False
    while True:
        try:
            code = child.wait(_GLANCE_S)
            break
        except subprocess.TimeoutExpired:
            if stop.asked and not told:
                child.send_signal(signal.SIGTERM)
                told = True
        except KeyboardInterrupt:
            child.kill()
            child.wait()
            raise
    if code < 0 and not stop.asked:
        sys.stderr.write(f"deepvis-precompute {words[0]} was ended by the system (signal {-code}).\n")
    return STOPPED if code and stop.asked else abs(code)


def _of_one_network(grown: Path, bundled: Path) -> bool:
    """False also where there is no bundled atlas. Raises AtlasError for one that cannot be read."""
    from deepvis_app.atlas import AtlasReader

    if not bundled.exists():
        return False
    with AtlasReader(grown, None) as ours, AtlasReader(bundled, None) as theirs:
        return ours.fingerprint == theirs.fingerprint


def _bytes(step: Step, place: Place) -> int:
    """Of the step's result; the weights that a card speaks of count with it."""
    path = step.result(place)
    return sum(file.stat().st_size for file in {path, path.with_suffix(".safetensors")} if file.is_file())


def _parser() -> Parser:
    parser = Parser(prog=f"deepvis-precompute {NAME}", description=__doc__)
    parser.add_argument(
        "--dataset", type=Path, required=True, metavar="PATH", help="Tiny ImageNet, a folder or its zip"
    )
    every = ",".join(BY_NAME)
    parser.add_argument("--only", default=every, metavar="STEPS", help=f"some of {every} (default: all)")
    parser.add_argument(
        "--force", action="store_true", help="run the steps' commands also where all is there"
    )
    parser.add_argument(
        "--rehearse", action="store_true",
        help="all steps with hardly any work, in minutes, to see that they work here; needs --assets",
    )  # fmt: skip
    parser.add_argument(
        "--assets", type=Path, default=assets_folder(), metavar="DIR", help="where the results go"
    )
    parser.add_argument(
        "--work", type=Path, metavar="DIR",
        help="checkpoints and the atlas that grows (default: in your cache)",
    )  # fmt: skip
    parser.add_argument("--seed", type=seed, default=0, help="of all that is random (default 0)")
    parser.add_argument("--device", default="auto", help="auto (default), cpu, cuda, cuda:1, mps")
    add_progress(parser)
    return parser
