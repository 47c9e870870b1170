"""Where frames come from: the SOURCES table, and the source that a path, URL or name means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from deepvis_app.files import in_zip
from deepvis_app.live.sources.base import Facts, Reading, Source, SourceError
from deepvis_app.live.sources.camera import Camera, CameraDevice, list_cameras
from deepvis_app.live.sources.files import LIST_ENDINGS, Folder, ImageList, Picture
from deepvis_app.live.sources.pattern import Pattern
from deepvis_app.live.sources.samples import Samples
from deepvis_app.live.sources.stream import SCHEMES, Stream
from deepvis_app.live.sources.video import VIDEO_ENDINGS, Video
from deepvis_app.messages import SourceSpec
from deepvis_app.render.pictures import PICTURE_ENDINGS

__all__ = [
    "LIST_ENDINGS", "SOURCES", "VIDEO_ENDINGS", "CameraDevice", "Entry", "Facts", "Reading", "Source",
    "SourceError", "list_cameras", "make_source", "spec_for",
]  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A kind of source: its name in the window, what its target is ("" if it has none), how to make it."""

    kind: str
    title: str
    target: str
    make: Callable[[SourceSpec], Source]


SOURCES: dict[str, Entry] = {
    "camera": Entry("camera", "Camera", "number of the camera, from 0", lambda s: Camera(_number(s))),
    "video": Entry("video", "Video file", "path of a video file", lambda s: Video(_path(s))),
    "stream": Entry("stream", "Stream", "rtsp:// or http:// address", lambda s: Stream(s.target)),
    "picture": Entry("picture", "Picture", "path of a picture file", lambda s: Picture(_path(s))),
    "folder": Entry("folder", "Folder", "path of a folder", lambda s: Folder(_path(s), s.recursive)),
    "list": Entry("list", "Image list", "path of a text file", lambda s: ImageList(_path(s))),
    "samples": Entry(
        "samples", "Built-in photographs", "name of the first, or none", lambda s: Samples(s.target)
    ),
    "pattern": Entry("pattern", "Test pattern", "", lambda _: Pattern()),
}
_NAMED = ("camera", "samples", "pattern")  # asked for as "kind" or "kind:target", the others by path or URL


def make_source(spec: SourceSpec) -> Source:
    """The source that a spec names, not opened yet. Raises SourceError for an unknown kind or a wrong target."""
    if spec.kind not in SOURCES:
        raise SourceError(f"There is no source {spec.kind!r}; there are {', '.join(SOURCES)}.")
    return SOURCES[spec.kind].make(spec)


def spec_for(text: str, recursive: bool = False) -> SourceSpec:
    """What a person means by a path, an address, or a name such as camera:1, samples:coffee, pattern.

    Raises SourceError with near names when there is no such file, or when its kind is unknown.
    """
    text = text.strip()
    kind, _, target = text.partition(":")
    if kind in _NAMED and not Path(text).exists():
        return SourceSpec(kind, target)
    if text.lower().startswith("file://"):
        text = url2pathname(unquote(urlsplit(text).path))
    elif "://" in text:
        if kind.lower() not in SCHEMES:
            raise SourceError(f"{kind}:// cannot be opened; addresses begin with {', '.join(SCHEMES)}.")
        return SourceSpec("stream", text)
    path = Path(text).expanduser()
    if not text or not (path.exists() or in_zip(path)):
        raise SourceError(_not_found(text, path))
    return SourceSpec(_kind_of(path), str(path.resolve()), recursive)


def _kind_of(path: Path) -> str:
    if path.is_dir():
        return "folder"
    for kind, endings in (("picture", PICTURE_ENDINGS), ("video", VIDEO_ENDINGS), ("list", LIST_ENDINGS)):
        if path.suffix.lower() in endings:
            return kind
    raise SourceError(
        f"{path.name} is of no known kind: pictures end in .jpg, .png ..., videos in .mp4, .avi ..., "
        f"image lists in {', '.join(sorted(LIST_ENDINGS))}."
    )


def _not_found(text: str, path: Path) -> str:
    try:
        nearby = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f"There is no folder {path.parent}."
    near = get_close_matches(path.name, [*nearby, *_NAMED], n=3)
    return f"There is no file, folder or source {text!r}." + (f" Near: {', '.join(near)}." if near else "")


def _path(spec: SourceSpec) -> Path:
    if not spec.target:
        raise SourceError(f"A {spec.kind} needs a path.")
    return Path(spec.target).expanduser()


def _number(spec: SourceSpec) -> int:
    if not spec.target:
        return 0
    if not spec.target.isdecimal() or int(spec.target) > 999:
        raise SourceError(f"{spec.target!r} is not the number of a camera: they count from 0.")
    return int(spec.target)
