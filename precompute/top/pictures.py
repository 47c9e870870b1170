"""The pictures of the winners, read again: decoded once for a whole chunk of units, the last ones kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deepvis_app.messages import U8
from deepvis_app.models.preprocess import Preprocess
from deepvis_app.render.pictures import decode_picture
from precompute.datasets import ImageSet, digest_of
from precompute.errors import CommandError
from precompute.top.state import ScanState

_KEPT_BYTES = 512 << 20


@dataclass(frozen=True)
class Seen:
    """A picture (H, W, 3) as its file has it, and as the network sees it (*input_size, 3)."""

    rgb: U8
    pixels: U8


class Pictures:
    """Reads images of a data set by their number; what was read last is kept, up to half a gigabyte."""

    def __init__(self, images: ImageSet, preprocess: Preprocess, state: ScanState) -> None:
        self._images, self._preprocess, self._state = images, preprocess, state
        self._kept: OrderedDict[int, Seen] = OrderedDict()
        self._bytes = 0

    def read(self, numbers: Iterable[int]) -> dict[int, Seen]:
        """Raises CommandError for a file that is not any more what it was when it was scanned."""
        wanted = sorted(set(numbers))
        found = {number: self._kept[number] for number in wanted if number in self._kept}
        missing = [number for number in wanted if number not in found]
        with ThreadPoolExecutor() as pool:  # Pillow decodes without the interpreter's lock
            fresh = dict(zip(missing, pool.map(self._decode, missing, self._files(missing)), strict=True))
        for number, seen in fresh.items():
            self._keep(number, seen)
        return found | fresh

    def _files(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """In this thread, because a zip is read by one at a time."""
        for number in numbers:
            try:
                data = self._images.read(number)
            except OSError:
                data = b""
            if digest_of(data) != self._state.digest(number):
                name = self._images.names[number]
                raise CommandError(f"{name} changed since it was scanned; run the same command again.")
            yield data

    def _decode(self, number: int, data: bytes) -> Seen:
        rgb = decode_picture(data, self._images.names[number])
        return Seen(rgb, self._preprocess.pixels(rgb))

    def _keep(self, number: int, seen: Seen) -> None:
        self._kept[number] = seen
        self._bytes += seen.rgb.nbytes + seen.pixels.nbytes
        while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.rgb.nbytes + dropped.pixels.nbytes
