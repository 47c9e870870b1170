"""What can be installed by name, and how: from its published address or from a file that the user has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torchvision import models as torchvision_models

from deepvis_app.files import assets_folder, cache_folder, file_sha256
from deepvis_app.models.download import Progress, download, hash_in_name
from deepvis_app.models.weights import (
    Installed,
    WeightsError,
    install_bytes,
    install_state,
    load_into,
    read_state_dict,
)
from deepvis_app.words import nearest

_MEGABYTE = 1 << 20  # as torchvision counts its file sizes
# These two warn unless told how to start; what they start from does not matter here.
_BUILD_OPTIONS: dict[str, dict[str, Any]] = {
    "googlenet": {"init_weights": False},
    "inception_v3": {"init_weights": False},
}


class UnknownNetworkError(Exception):
    """A name that cannot be installed; the message is one sentence for people."""


@dataclass(frozen=True)
class Published:
    """A file that others publish; `size` in bytes (0: not known), `sha256` in hex, whole or how it begins."""

    name: str
    url: str
    size: int
    sha256: str = ""
    licence: str = ""
    licence_must_be_accepted: bool = False


# What is published elsewhere than in torchvision: stored as it is, under its own file type.
PUBLISHED: tuple[Published, ...] = ()


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

    Raises DownloadError or WeightsError; a cut download leaves a `.part` in the cache folder, nothing else.
    """
    file_name = entry.url.rsplit("/", 1)[-1]
    url = f"{mirror.rstrip('/')}/{file_name}" if mirror else entry.url
    fetched = cache_folder() / "downloads" / file_name
    digest = download(url, fetched, expected=entry.sha256, progress=progress)
    try:
        return _store(entry.name, fetched, url, digest)
    finally:
        fetched.unlink(missing_ok=True)


def install_file(name: str, path: Path) -> Installed:
    """Store a local weights file under a published name, if it fits that network. Raises WeightsError."""
    if not path.is_file():
        raise WeightsError(f"There is no file {path}; check the path.")
    try:
        digest = file_sha256(path)
    except OSError as error:
        raise WeightsError(f"Cannot read {path} ({error.strerror}).") from error
    return _store(name, path, str(path.absolute()), digest)


def _store(name: str, path: Path, source: str, digest: str) -> Installed:
    if name in {entry.name for entry in PUBLISHED}:
        return install_bytes(name, path.suffix, path.read_bytes(), source, digest)
    return install_state(name, _fitted(name, read_state_dict(path)), source, digest)


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
