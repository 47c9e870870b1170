"""Weights on disk: reading any weights file without running code, and the store of installed ones.

The store is data_folder()/models: the weights themselves (NAME.safetensors, or the published file as it is)
and one NAME.json beside each that records where they come from and their SHA-256.
"""

from __future__ import annotations

import json
import pickle
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from deepvis_app.files import atomic_write, data_folder, file_sha256

_WRAPPERS = ("state_dict", "model_state_dict", "model")  # how training scripts nest the weights
# torchvision's DenseNet files still carry names that Python identifiers forbid today: norm.1 is norm1.
_OLD_DENSENET = re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)")
_TRAINING_HEADS = ("aux1.", "aux2.", "AuxLogits.")  # a net built for looking may leave them out
_PLAIN_NAME = re.compile(r"\w[\w.+-]*")
_MANIFEST_SUFFIX = ".json"


class WeightsError(Exception):
    """Weights that cannot be used; the message is one sentence for people."""


class NotWrittenError(WeightsError):
    """The disk did not take what was sound."""


@dataclass(frozen=True)
class Installed:
    """The manifest record of one installed file; sizes in bytes, hashes in hex, `date` ISO 8601 in UTC."""

    name: str
    file: str  # file name inside the store
    source: str  # URL, or path of the local file
    source_sha256: str
    size: int
    sha256: str
    date: str
    beside: tuple[str, ...] = ()  # further files inside the store that belong to it


# ---- reading ----


def read_state_dict(path: Path | str) -> dict[str, Tensor]:
    """The tensors of a .safetensors, .pth or .pt file, on the CPU, under the names of the bare module.

    A pickle is read with weights_only=True, so nothing in it is executed. The usual wrappings (a dict with
    the weights under "state_dict", names that begin with "module.") are taken off. Raises WeightsError.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"There is no weights file {path}; check the path.")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    if path.suffix in (".pth", ".pt"):
        return _unwrapped(_read_pickle(path), path)
    raise WeightsError(
        f"{path.name} is not a weights file this program reads: use .safetensors, .pth or .pt."
    )


def load_into(
    net: nn.Module, state: Mapping[str, Tensor], *, name: str = "this network", assign: bool = False
) -> None:
    """Fill `net` with `state`, every weight of it; `assign` takes the tensors themselves (for meta nets).

    Names that older torchvision releases used are understood. Raises WeightsError that says what is missing,
    left over or of another shape in the net called `name`; the net is then half filled and of no use.
    """
    given: OrderedDict[str, Tensor] = OrderedDict()
    expected = net.state_dict()
    for key, value in state.items():
        if key in expected or not key.startswith(_TRAINING_HEADS):
            given[_OLD_DENSENET.sub(r"\1\2", key)] = value
    # MNASNet refuses weights without a version number, and safetensors files have none.
    version = {"version": getattr(net, "_version", None)}
    vars(given)["_metadata"] = getattr(state, "_metadata", {"": version})
    misshapen = [k for k, v in given.items() if k in expected and expected[k].shape != v.shape]
    if misshapen:
        raise WeightsError(f"The weights do not fit {name}: {_listed(misshapen)} of another shape.")
    missing, unexpected = net.load_state_dict(given, strict=False, assign=assign)
    if missing or unexpected:
        parts = [(missing, "missing"), (unexpected, "unexpected")]
        what = ", ".join(f"{_listed(keys)} {word}" for keys, word in parts if keys)
        raise WeightsError(f"The weights do not fit {name}: {what}.")


# ---- the store ----


def store_folder() -> Path:
    return data_folder() / "models"


def installed(name: str) -> Path | None:
    """The installed weights of a network, or None."""
    record = _record(name)
    path = store_folder() / record.file if record else None
    return path if path and path.is_file() else None


def records() -> tuple[Installed, ...]:
    """What the manifests say is installed, by name."""
    names = sorted(path.stem for path in store_folder().glob(f"*{_MANIFEST_SUFFIX}"))
    return tuple(record for record in map(_record, names) if record)


def install_state(name: str, state: Mapping[str, Tensor], source: str, source_sha256: str) -> Installed:
    """Store tensors as NAME.safetensors, whole or not at all. Raises WeightsError (disk full, no permission)."""
    return install_bytes(name, ".safetensors", save(_unshared(state)), source, source_sha256)


def install_bytes(
    name: str,
    suffix: str,
    content: bytes,
    source: str,
    source_sha256: str,
    beside: Mapping[str, bytes] | None = None,
) -> Installed:
    """Store a file's content as NAME + suffix with its record, whole or not at all; each of `beside` likewise.

    What was installed under the name before is gone then. Raises NotWrittenError.
    """
    path, before = store_folder() / f"{name}{suffix}", _record(name)
    others = {store_folder() / f"{name}{other}": small for other, small in (beside or {}).items()}
    try:
        for other, data in {**others, path: content}.items():
            with atomic_write(other) as file:
                file.write(data)
        date = datetime.now(UTC).isoformat(timespec="seconds")
        names = tuple(other.name for other in others)
        record = Installed(
            name, path.name, source, source_sha256, len(content), file_sha256(path), date, names
        )
        with atomic_write(_manifest(name)) as file:
            file.write(json.dumps(asdict(record), indent=1).encode())
    except OSError as error:
        raise NotWrittenError(f"Cannot write {path}: {error.strerror}; nothing was installed.") from error
    if before is not None:
        for left in {before.file, *before.beside} - {path.name, *names}:
            (store_folder() / left).unlink(missing_ok=True)
    return record


def remove(name: str) -> bool:
    """Delete a network's weights and record; False when it was not installed."""
    record = _record(name)
    if record is None:
        return False
    for file in (record.file, *record.beside):
        (store_folder() / file).unlink(missing_ok=True)
    _manifest(name).unlink(missing_ok=True)
    return True


def intact(name: str) -> bool:
    """Whether a network is installed and its file has the recorded hash."""
    record = _record(name)
    return record is not None and not _damage(record)


def check() -> tuple[str, ...]:
    """Hash every installed file again; one sentence for each that is damaged or gone, none if all is well."""
    there = records()
    sentences = [_damage(record) for record in there]
    accounted = {
        file for record in there for file in (record.file, _manifest(record.name).name, *record.beside)
    }
    strays = [path for path in sorted(store_folder().glob("*")) if path.name not in accounted]
    sentences += [f"{path} belongs to no installed network; delete it." for path in strays]
    return tuple(filter(None, sentences))


def _damage(record: Installed) -> str:
    path = store_folder() / record.file
    again = f"repair it with: deepvis-setup install {record.name}"
    for file in (path, *(store_folder() / name for name in record.beside)):
        if not file.is_file():
            return f"{record.name}: {file} is gone; {again}"
    if path.stat().st_size != record.size or file_sha256(path) != record.sha256:
        return f"{record.name}: {path} has changed since it was installed; {again}"
    return ""


def _manifest(name: str) -> Path:
    return store_folder() / f"{name}{_MANIFEST_SUFFIX}"


def _record(name: str) -> Installed | None:
    """None for names that are no plain file names ("file:...", "../x") and for unreadable records."""
    if not _PLAIN_NAME.fullmatch(name):
        return None
    try:
        fields = json.loads(_manifest(name).read_text(encoding="utf-8"))
        record = Installed(**{**fields, "beside": tuple(fields.get("beside", ()))})
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    plain = all(_PLAIN_NAME.fullmatch(str(file)) for file in (record.file, *record.beside))
    return record if plain and record.name == name else None


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return OrderedDict(_bare(load_file(path)))
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"{path.name} is damaged or no safetensors file; get it again.") from error


def _read_pickle(path: Path) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file makes torch raise nearly anything
        if isinstance(error, pickle.UnpicklingError) and "GLOBAL" in str(error).upper():
            raise WeightsError(
                f"{path.name} holds more than weights and would run code; nothing of it was executed, "
                "so use a file that holds only a state dict."
            ) from error
        raise WeightsError(f"{path.name} is damaged or no weights file; get it again.") from error


def _unwrapped(content: object, path: Path) -> dict[str, Tensor]:
    for wrapper in _WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    tensors = _bare(content) if isinstance(content, Mapping) else {}
    if not tensors:
        raise WeightsError(f"{path.name} holds no weights by name; save the network's state_dict() into it.")
    state = OrderedDict(tensors)
    if metadata := getattr(content, "_metadata", None):
        vars(state)["_metadata"] = metadata
    return state


def _bare(content: Mapping[Any, Any]) -> dict[str, Tensor]:
    return {str(key).removeprefix("module."): v for key, v in content.items() if isinstance(v, Tensor)}


def _unshared(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Each tensor with memory of its own, as safetensors demands; copies only where memory is shared."""
    seen: set[int] = set()
    result = {}
    for key, value in state.items():
        memory = value.untyped_storage()
        shared = memory.data_ptr() in seen or memory.nbytes() != value.nbytes
        seen.add(memory.data_ptr())
        result[key] = (
            value.detach().clone(memory_format=torch.contiguous_format) if shared else value.detach()
        )
    return {key: value.contiguous() for key, value in result.items()}


def _listed(keys: Iterable[str]) -> str:
    """'3 weights (a, b, ...)': a count and the first two."""
    names = list(keys)
    shown = ", ".join(names[:2]) + (", ..." if len(names) > 2 else "")
    return f"{len(names)} {'weight' if len(names) == 1 else 'weights'} ({shown})"
