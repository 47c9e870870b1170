"""The files of the 2015 toolbox and its fork as pictures of units; what cannot be used is counted, never fatal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from deepvis_app.messages import U8, PictureFacts, UnitPicture
from deepvis_app.render.pictures import PictureError, read_picture
from precompute.publish.grids import Geometry, GridError, cells, geometry, quadrant
from precompute.publish.old_folders import Fact, Files, read_info

_SAMPLES = 12  # montages from which a layer's geometry is taken
_NAMED = 3  # skipped files of one reason that are named


class Skipped:
    """What was left out and why."""

    def __init__(self) -> None:
        self.files: dict[str, list[str]] = defaultdict(list)  # reason -> files

    def add(self, what: str, reason: str) -> None:
        self.files[reason].append(what)

    @property
    def count(self) -> int:
        return sum(map(len, self.files.values()))

    def sentences(self) -> list[str]:
        """One sentence a reason, with the first files by name."""
        return [
            f"skipped {len(files)}: {', '.join(files[:_NAMED])}{' ...' if len(files) > _NAMED else ''}: {reason}"
            for reason, files in self.files.items()
        ]


class LayerFiles:
    """Reads the pictures of one layer; montages of one kind share one geometry."""

    def __init__(self, units: Iterable[Mapping[str, Files]], skipped: Skipped) -> None:
        self._skipped = skipped
        self._forms: dict[str, tuple[int, Geometry]] = {}  # kind -> (side of the montage, geometry)
        every = list(units)
        for kind in ("am", "top", "deconv"):  # "top" before "deconv"
            self._learn(kind, [unit[kind] for unit in every if kind in unit and unit[kind].montage])

    def pictures(self, files: Files) -> tuple[UnitPicture, ...]:
        """In rank order; empty where nothing could be read. Ranks are those of the files, so that they match."""
        pictures = self._cut(files) if files.montage else self._single(files)
        facts = read_info(files.info) if files.info else []
        return tuple(
            UnitPicture(files.kind, rank, rgb, _score(known), known)
            for rank, rgb in pictures
            for known in [_facts(files, rank, facts)]
        )

    def _learn(self, kind: str, montages: Sequence[Files]) -> None:
        """The geometry that most samples have; that of "top" holds for "deconv", whose edges are often all grey."""
        by_side: dict[int, list[U8]] = defaultdict(list)
        for files in montages[:: max(1, len(montages) // _SAMPLES)]:
            rgb = self._montage(files)
            if rgb is not None:
                by_side[rgb.shape[0]].append(rgb)
        if not by_side:
            return
        side, samples = max(by_side.items(), key=lambda item: len(item[1]))
        if kind == "deconv" and self._forms.get("top", (0,))[0] == side:
            self._forms[kind] = self._forms["top"]
            return
        try:
            self._forms[kind] = side, geometry(samples)
        except GridError:
            return  # told for each file when it is read

    def _cut(self, files: Files) -> list[tuple[int, U8]]:
        path = files.paths[0]
        rgb = self._montage(files, tell=True)
        if rgb is None:
            return []
        try:
            side, form = self._forms.get(files.kind) or (rgb.shape[0], geometry([rgb]))
            if rgb.shape[:2] != (side, side):
                raise GridError("it is not as large as the other montages of its layer.")
        except GridError as error:
            self._skipped.add(_short(path), str(error))
            return []
        return list(enumerate(cells(rgb, form)))

    def _montage(self, files: Files, *, tell: bool = False) -> U8 | None:
        try:
            rgb = read_picture(files.paths[0])
            return quadrant(rgb) if files.quadrant else rgb
        except (PictureError, GridError) as error:
            if tell:
                self._skipped.add(_short(files.paths[0]), _reason(error, files.paths[0]))
            return None

    def _single(self, files: Files) -> list[tuple[int, U8]]:
        pictures = []
        for rank, path in zip(files.ranks, files.paths, strict=True):
            try:
                pictures.append((rank, read_picture(path)))
            except PictureError as error:
                self._skipped.add(_short(path), _reason(error, path))
        return pictures


def _facts(files: Files, rank: int, facts: Sequence[Fact]) -> PictureFacts:
    if files.seeds:
        return PictureFacts(seed=files.seeds[files.ranks.index(rank)])
    if rank >= len(facts):
        return PictureFacts()
    fact = facts[rank]
    more = {} if fact.position is None else {"map position (row, column)": list(fact.position)}
    return PictureFacts(activation=fact.value, source=fact.source, more=more)


def _score(facts: PictureFacts) -> float:
    return 0.0 if facts.activation is None else facts.activation


def _short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _reason(error: Exception, path: Path) -> str:
    """Without the file's name, so that equal reasons count together."""
    return str(error).removeprefix(f"{path.name} ")
