"""Install, list, check and remove the weights of networks (the command deepvis-setup)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tqdm import tqdm

from deepvis_app.models import published, weights
from deepvis_app.models.download import DownloadError
from deepvis_app.models.publications import Published

_MIRROR_VARIABLE = "DEEPVIS_WEIGHTS_URL"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed (one sentence on stderr), 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except published.UnknownNetworkError as error:
        return _fail(str(error), 2)
    except (weights.WeightsError, DownloadError) as error:
        return _fail(str(error), 1)
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}.", 1)
    except (KeyboardInterrupt, EOFError):  # Ctrl-D where a licence is asked for
        return _fail("Stopped; run the same command again to go on.", 1)


def _list(_options: argparse.Namespace) -> int:
    for name in published.bundled_names():
        print(f"{name:24} {'':>10}  bundled")
    for entry in published.published().values():
        state = "installed" if weights.installed(entry.name) else ""
        size = f"{entry.size / 1e6:7.0f} MB" if entry.size else f"{'':>10}"
        print(f"{entry.name:24} {size}  {state or _words(entry)}".rstrip())
    return 0


def _install(options: argparse.Namespace) -> int:
    if options.file and len(options.names) != 1:
        return _fail("--from takes exactly one NAME.", 2)
    for entry in published.find(options.names):
        if not options.file and weights.intact(entry.name):
            print(f"{entry.name} is already installed.")
            continue
        _ask_for_licence(entry, options.accept_licence)
        if options.file:
            record = published.install_file(entry.name, options.file)
        else:
            with tqdm(desc=entry.name, unit="B", unit_scale=True) as bar:
                record = published.install(entry, partial(_show, bar), options.url_base)
        print(f"{record.name} installed: {record.size / 1e6:.1f} MB, sha256 {record.sha256}")
    return 0


def _check(_options: argparse.Namespace) -> int:
    damaged = weights.check()
    for sentence in damaged:
        print(sentence, file=sys.stderr)
    if not damaged:
        print(f"{len(weights.records())} installed, all as recorded.")
    return 1 if damaged else 0


def _remove(options: argparse.Namespace) -> int:
    there = {record.name for record in weights.records()}
    for entry in published.find([name for name in options.names if name not in there]):
        raise weights.WeightsError(f"{entry.name} is not installed: there is nothing to remove.")
    for name in options.names:
        weights.remove(name)
        print(f"{name} removed.")
    return 0


def _words(entry: Published) -> str:
    """What has to be known before it is installed."""
    asked = "licence to accept" if entry.licence_must_be_accepted else ""
    return ", ".join(filter(None, ("generator" if entry.kind == "generator" else "", asked)))


def _ask_for_licence(entry: Published, accepted: bool) -> None:
    if not entry.licence_must_be_accepted or accepted:
        return
    print(f"{entry.name} is published under this licence: {entry.licence}")
    answer = input("Accept it? [y/N] ") if sys.stdin.isatty() else ""
    if answer.strip().lower() not in ("y", "yes"):
        raise weights.WeightsError(f"{entry.name} was not installed: its licence was not accepted.")


def _show(bar: tqdm[None], done: int, total: int) -> None:
    bar.total = total or None
    bar.update(done - bar.n)


def _fail(sentence: str, code: int) -> int:
    print(f"deepvis-setup: {sentence}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deepvis-setup", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("list", help="every network: name, size, installed or not").set_defaults(run=_list)
    add = commands.add_parser("install", help="download networks, or take one from a local file")
    add.add_argument("names", nargs="+", metavar="NAME")
    add.add_argument(
        "--from",
        dest="file",
        type=Path,
        metavar="FILE",
        help="a local .pth, .safetensors, .caffemodel or .zip",
    )
    add.add_argument("--accept-licence", action="store_true", help="accept licences without being asked")
    mirror = f"fetch from this mirror instead (default: ${_MIRROR_VARIABLE})"
    add.add_argument("--url-base", default=os.environ.get(_MIRROR_VARIABLE, ""), metavar="URL", help=mirror)
    add.set_defaults(run=_install)
    commands.add_parser("check", help="hash every installed file again").set_defaults(run=_check)
    drop = commands.add_parser("remove", help="delete installed networks")
    drop.add_argument("names", nargs="+", metavar="NAME")
    drop.set_defaults(run=_remove)
    return parser


if __name__ == "__main__":
    sys.exit(main())
