"""What can be installed by name, and how: from its published address or from a file that the user has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import torch
from torch import Tensor, nn
from torchvision import models as torchvision_models

from deepvis_app.files import DAMAGED_ZIP, assets_folder, cache_folder, file_sha256
from deepvis_app.models.caffe.caffemodel import caffemodel_of
from deepvis_app.models.caffe.errors import CaffeError
from deepvis_app.models.caffe.graph import graph_of
from deepvis_app.models.caffe.network import build
from deepvis_app.models.caffe.prototxt import prototxt_of
from deepvis_app.models.download import DownloadError, Progress, download, hash_in_name
from deepvis_app.models.publications import PROTOTXT, PUBLISHED, Published
from deepvis_app.models.weights import (
    Installed,
    NotWrittenError,
    WeightsError,
    install_bytes,
    install_state,
    load_into,
    read_state_dict,
)
from deepvis_app.words import nearest

_MEGABYTE = 1 << 20  # as torchvision counts its file sizes
_LARGEST_MEMBER = 1 << 31  # bytes; Caffe's files are no larger
_CONVERSIONS = (".pt", ".pth", ".safetensors")  # state dicts that others made of a Caffe file
# These two warn unless told how to start; what they start from does not matter here.
_BUILD_OPTIONS: dict[str, dict[str, Any]] = {
    "googlenet": {"init_weights": False},
    "inception_v3": {"init_weights": False},
}


class UnknownNetworkError(Exception):
    """A name that cannot be installed; the message is one sentence for people."""


def published() -> dict[str, Published]:
    """Everything that can be installed: torchvision's classification networks, then PUBLISHED."""
    names = torchvision_models.list_models(module=torchvision_models)
    entries = [_of_torchvision(name) for name in names] + list(PUBLISHED)
    return {entry.name: entry for entry in entries}


def bundled_names() -> tuple[str, ...]:
    """The networks whose weights come with the program."""
    return tuple(sorted(path.stem for path in (assets_folder() / "models").glob("*.safetensors")))


def find(names: Sequence[str]) -> list[Published]:
    """The entries of the named networks. Raises UnknownNetworkError with the nearest names."""
    table = published()
    for name in names:
        if name in bundled_names():
            raise UnknownNetworkError(
                f"{name} comes with the program: there is nothing to install or remove."
            )
        if name not in table:
            raise UnknownNetworkError(
                f"There is no network {name!r}; nearest names: {nearest(name, table)} (all: deepvis-setup list)."
            )
    return [table[name] for name in names]


def install(entry: Published, progress: Progress, mirror: str = "") -> Installed:
    """Fetch and store a published file; `mirror` replaces all of its address but the file name.

    What stands beside it is looked for there as NAME + suffix. A zip file, in which others are too, stays in the cache
    folder. Raises DownloadError or WeightsError; a cut download leaves a `.part` there, nothing else.
    """
    base = mirror.rstrip("/")
    file_name = entry.url.rsplit("/", 1)[-1]
    url = f"{base}/{file_name}" if mirror else entry.url
    fetched = cache_folder() / "downloads" / file_name
    beside = {other.suffix: fetched.with_name(f"{entry.name}{other.suffix}") for other in entry.beside}
    try:
        for other in entry.beside:
            path = beside[other.suffix]
            download(f"{base}/{path.name}" if mirror else other.url, path)
        if entry.member and fetched.is_file():
            digest = file_sha256(fetched)
        else:
            digest = download(url, fetched, expected=entry.sha256, progress=progress)
        _check_sha1(entry, fetched)
        record = _store(entry.name, fetched, url, digest, beside)
    except NotWrittenError:  # what was fetched is right, and may be large
        raise
    except WeightsError:
        fetched.unlink(missing_ok=True)
        raise
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)
    if not entry.member:
        fetched.unlink(missing_ok=True)
    return record


def install_file(name: str, path: Path) -> Installed:
    """Store a local weights file under a published name, if it fits that network. Raises WeightsError."""
    if not path.is_file():
        raise WeightsError(f"There is no file {path}; check the path.")
    try:
        digest = file_sha256(path)
    except OSError as error:
        raise WeightsError(f"Cannot read {path} ({error.strerror}).") from error
    entry = _published_elsewhere(name)
    if entry is not None and entry.sha1 and _sha1(path) != entry.sha1:
        raise WeightsError(
            f"{path.name} is not the published {name} (its SHA-1 is {_sha1(path)}, not {entry.sha1}): "
            "networks of your own are named caffe:PROTOTXT:CAFFEMODEL."
        )
    return _store(name, path, str(path.absolute()), digest, _found_beside(entry, path) if entry else {})


def _published_elsewhere(name: str) -> Published | None:
    return next((entry for entry in PUBLISHED if entry.name == name), None)


def _found_beside(entry: Published, path: Path) -> dict[str, Path]:
    """The files that a local one has beside it, called as it is or as where they are published."""
    found = {}
    for other in entry.beside:
        places = (path.with_suffix(other.suffix), path.with_name(other.url.rsplit("/", 1)[-1]))
        if there := [place for place in places if place.is_file()]:
            found[other.suffix] = there[0]
        elif other.suffix == PROTOTXT:
            raise WeightsError(
                f"{entry.name} needs its description too: put {places[1].name} beside {path.name}."
            )
    return found


def _check_sha1(entry: Published, path: Path) -> None:
    if not entry.sha1:
        return
    actual = _sha1(path)
    if actual != entry.sha1:
        path.unlink()
        raise DownloadError(
            f"{entry.url} is not the expected file (its SHA-1 is {actual}, not {entry.sha1}); nothing was kept."
        )


def _sha1(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha1").hexdigest()


def _store(name: str, path: Path, source: str, digest: str, beside: Mapping[str, Path]) -> Installed:
    entry = _published_elsewhere(name)
    if entry is None:
        return install_state(name, _fitted(name, read_state_dict(path)), source, digest)
    if path.suffix in _CONVERSIONS and entry.kind == "generator":
        state = read_state_dict(path)
        _check_shapes(
            entry, path.name, [value.shape for key, value in state.items() if key.endswith("weight")]
        )
        suffix, content = path.suffix, path.read_bytes()
    else:
        zipped = entry.member and is_zipfile(path)
        suffix, content = ".caffemodel", _member(path, entry.member) if zipped else path.read_bytes()
    others = {other: file.read_bytes() for other, file in beside.items()}
    if suffix == ".caffemodel":
        _check(entry, path.name, content, others)
    return install_bytes(name, suffix, content, source, digest, others)


def _check(entry: Published, name: str, content: bytes, others: Mapping[str, bytes]) -> None:
    """Whether a caffemodel is one, and fits its network. Raises WeightsError."""
    try:
        blobs = caffemodel_of(content, f"{entry.name}.caffemodel")
        if PROTOTXT in others:
            described = f"{entry.name}{PROTOTXT}"
            build(graph_of(prototxt_of(others[PROTOTXT], described), described), blobs, described)
    except CaffeError as error:
        raise WeightsError(str(error)) from error
    _check_shapes(entry, name, [arrays[0].shape for arrays in blobs.values()])


def _check_shapes(entry: Published, name: str, weights: Iterable[Sequence[int]]) -> None:
    """Whether these shapes of layers' weights are those that were published. Raises WeightsError.

    Their order is not looked at, as conversions keep theirs; sizes of 1 do not count, as old files write every array
    in four dimensions.
    """
    found = Counter(tuple(size for size in shape if size != 1) for shape in weights)
    wanted = Counter(entry.shapes)
    if not wanted or found == wanted:
        return
    lacking, other = list((wanted - found).elements()), list((found - wanted).elements())
    told = [f"no layer with weights of {_by(lacking[0])}"] if lacking else []
    told += [f"one with {_by(other[0])} that {entry.name} has not"] if other else []
    counts = f"{found.total()} layers with weights, where {entry.name} has {wanted.total()}"
    raise WeightsError(
        f"{name} does not fit {entry.name}: it has {' and '.join(told)} ({counts}); nothing was installed."
    )


def _by(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape)) or "one number"


def _member(path: Path, ending: str) -> bytes:
    """What is in a zip file under the one path that ends so; nothing else of it is unpacked. Raises WeightsError."""
    try:
        with ZipFile(path) as archive:
            found = [info for info in archive.infolist() if f"/{info.filename}".endswith(f"/{ending}")]
            if len(found) != 1:
                raise WeightsError(f"{path.name} has {len(found)} files .../{ending}; it should have one.")
            if found[0].file_size > _LARGEST_MEMBER:
                raise WeightsError(f"{ending} in {path.name} is larger than weights can be.")
            return archive.read(found[0])
    except (OSError, *DAMAGED_ZIP) as error:
        raise WeightsError(f"{path.name} is damaged; get it again.") from error


def _fitted(name: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights under the names that today's torchvision uses. Raises WeightsError if they do not fit."""
    net = _skeleton(name)
    load_into(net, state, name=name, assign=True)
    return net.state_dict()


def _skeleton(name: str) -> nn.Module:
    """A torchvision network without memory for its weights, where it can be built so."""
    options = _BUILD_OPTIONS.get(name, {})
    with suppress(NotImplementedError), torch.device("meta"):  # RegNet computes its widths with tensors
        skeleton: nn.Module = torchvision_models.get_model(name, weights=None, **options)
        return skeleton
    net: nn.Module = torchvision_models.get_model(name, weights=None, **options)
    return net


def _of_torchvision(name: str) -> Published:
    weights = torchvision_models.get_model_weights(name).DEFAULT
    size = round(weights.meta.get("_file_size", 0) * _MEGABYTE)
    return Published(name, weights.url, size, hash_in_name(weights.url))
