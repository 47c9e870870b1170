"""`facets`: the kinds of images that each unit fires for, each painted (Nguyen, Yosinski & Clune 2016, MFV)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.job import Job
from precompute.options import OptionError, Target, batch_size, positive, target
from precompute.places import check_folder
from precompute.synthesis.code_recipe import DEFAULT_GENERATOR
from precompute.synthesis.recipe import PRESET_NAMES, NamesOrFile, above, between

if TYPE_CHECKING:
    from deepvis_app.messages import RunInfo
    from precompute.datasets import ImageSet
    from precompute.facets.making import Making

PRESET = "mfv-tv"
METHODS = ("am", "dgn-am")
WHY = ("deconv", "lrp")
# Repeated here because the help must not wait for torch; a test compares them with those of precompute.facets.
SHARE, MOST, BETWEEN, NEAREST, HOLD = 2.0, 1300, 8, 4, 1.0
_LARGEST = 9  # real pictures of a facet: more would be small in a narrow column


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--images", type=Path, required=True, metavar="DIR|ZIP",
        help='pictures, in folders (best by class) or a zip; or "photographs": the built-in ones')  # fmt: skip
    add("--limit", type=positive, metavar="N", help="take the first N images only")
    add("-k", type=positive, metavar="N", help="facets a unit (default: as many as have the best silhouette)")
    add("--of", choices=("auto", "class", "top"), default="auto",
        help="a class unit's images: those of its class, or those that excite it most (default auto: its class's, "
        "where the images have classes)")  # fmt: skip
    add("--top", type=above(0.0, 100.0), default=SHARE, metavar="PERCENT",
        help="share of all images that are taken for a hidden unit (default 2, at least 100 images)")  # fmt: skip
    add("--most", type=positive, default=MOST, metavar="N", help="images a unit at most (default 1300)")
    add("--group", choices=("plane", "codes"), default="plane",
        help="what is grouped: places in the plane, as in the paper (default), or the codes themselves")  # fmt: skip
    add("--methods", default=",".join(METHODS), metavar="LIST",
        help="how facets are painted: am, dgn-am, both (default), or none: only the map")  # fmt: skip
    add("--nearest", type=_nearest, default=NEAREST, metavar="N",
        help=f"real pictures kept of each facet, those nearest to its centre (default {NEAREST}; 0: none)")  # fmt: skip
    add("--why", default=",".join(WHY), metavar="LIST",
        help="what excites the unit in these pictures: deconv, lrp, both (default), or none")  # fmt: skip
    add("--preset", choices=NamesOrFile(PRESET_NAMES), default=PRESET, metavar="NAME|FILE.json",
        help="of am (default mfv-tv: total variation; mean-image: the paper's four phases)")  # fmt: skip
    add("--steps", type=positive, metavar="N", help="of am (default: the preset's)")
    add("--generator", default=DEFAULT_GENERATOR, metavar="NAME", help="of dgn-am (default dgn64-fc6)")
    add("--code-steps", type=positive, metavar="N", help="of dgn-am (default: the preset's, 30)")
    add("--hold", type=between(0.0, 1000.0), default=HOLD, metavar="W",
        help="how strongly painted pictures are kept in their facet (default 1; 0: only the value)")  # fmt: skip
    add("--sheet", type=Path, metavar="DIR",
        help="also a sheet for each unit: each facet's real pictures, why, and what was painted")  # fmt: skip
    add("--between", metavar="A,B", help="one unit: a strip of pictures from facet A to facet B, in --out")
    add("--mixed", choices=("images", "means"), default="images",
        help="what --between mixes: the image nearest to each centre (default), or the mean pictures")  # fmt: skip
    add("--strip", type=positive, default=BETWEEN, metavar="N", help="pictures between the two (default 8)")
    add("--out", type=Path, metavar="DIR", help="where the strip of --between goes")
    add("--precision", choices=("auto", "float32", "bfloat16"), default="auto",
        help="auto: bfloat16 where it is faster, but for the last steps")  # fmt: skip
    add("--batch", type=batch_size, metavar="N", help="pictures painted at once (default: all of a unit)")
    add("--workers", type=_count, metavar="N", help="decoding processes (default: by the machine)")


def run(options: argparse.Namespace) -> int:
    """Exit status 0, or 130 when stopped."""
    from precompute.facets.brushes import brushes_of
    from precompute.facets.choosing import Wanted, chooser
    from precompute.facets.making import Making
    from precompute.facets.mapping import Rules
    from precompute.photographs import image_set

    methods, why = methods_of(options.methods), why_of(options.why)
    if bool(options.between) != (options.out is not None):
        raise OptionError("--between A,B and --out DIR need each other.")
    if options.between and options.sheet:
        raise OptionError(
            "--sheet shows what is in the atlas, where --between puts nothing: leave one of them out."
        )
    if options.sheet:
        check_folder(options.sheet)
    images = image_set(options.images, options.limit)
    job = target(options)
    brushes, facts = brushes_of(options, job, methods)
    choose = chooser(job, images, Wanted(options.of, options.top, options.most), options.workers)
    if choose is None:
        return _stopped(job)
    making = Making(
        job.model,
        images,
        choose,
        Rules(options.k, options.group, seed=job.seed),
        brushes,
        job.stop.wait,
    )
    making.stats, making.most = job.known_stats(), options.batch
    making.told = job.progress.partly
    making.nearest, making.why = options.nearest, why if options.nearest else ()
    info = job.run_info("facets", _parameters(options, images, facts), images.in_words(), images.signature())
    if options.between:
        return _strip(options, job, making, info)
    return _fill(job, making, info, options.sheet)


def methods_of(text: str) -> tuple[str, ...]:
    """The ways to paint that the words name, in the order of METHODS. Raises OptionError."""
    return _listed("--methods", text, METHODS)


def why_of(text: str) -> tuple[str, ...]:
    """The backward pictures that the words name, in the order of WHY. Raises OptionError."""
    return _listed("--why", text, WHY)


def _listed(option: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    words = {word.strip() for word in text.split(",")} - {""}
    if words == {"none"}:
        return ()
    if unknown := sorted(words - set(known)):
        raise OptionError(f"{option} {unknown[0]!r} is none of {', '.join(known)} and none.")
    return tuple(word for word in known if word in words)


def _fill(job: Target, making: Making, info: RunInfo, sheets: Path | None) -> int:
    """Make what the atlas does not have from this very run; then a sheet of each unit in the folder `sheets`."""
    from deepvis_app.atlas import AtlasWriter
    from precompute import runner

    with AtlasWriter(job.atlas, job.model.info.fingerprint, job.model.info.title) as writer:
        begun = writer.begin(info)
        items = [item for layer in job.layers for item in runner.chunks(layer.name, job.units[layer.name], 1)]
        outcome = runner.run(items, making.records, writer, begun, job.progress, job.stop, making.kinds)
    if sheets is not None and not outcome.stopped:
        _sheets(job, sheets)
    return runner.conclude(outcome, job.progress, str(job.atlas))


def _sheets(job: Target, folder: Path) -> None:
    """Of what the atlas holds of the units; one without facets has none, and the atlas says why."""
    from deepvis_app.atlas import AtlasReader
    from deepvis_app.messages import UnitRef
    from precompute.facets.sheet import write_sheet
    from precompute.jobs.sheets import name_of

    with AtlasReader(job.atlas, job.model.info.fingerprint) as reader:
        for layer in job.layers:
            for number in job.units[layer.name]:
                unit = reader.unit(UnitRef(layer.name, number))
                if unit.facets is None:
                    job.progress.note(f"No sheet of {layer.alias}:{number}: it has no facets.")
                    continue
                title = f"{name_of(job, number, layer)}, its facets and why"
                write_sheet(folder / f"{layer.alias}-{number}-facets", unit, title, job.model.info)


def _strip(options: argparse.Namespace, job: Target, making: Making, info: RunInfo) -> int:
    """A strip of pictures between two facets; nothing goes into the atlas."""
    from precompute.facets.grouping import NoFacetsError
    from precompute.facets.interpolation import Strip, strip
    from precompute.jobs.sheets import conclude, facts_of, name_of, only_unit

    unit, layer = only_unit(job, "--between"), job.layers[0]
    pair = _pair(options.between)
    job.progress.start(1, "units", f"{layer.alias}:{unit}")
    try:
        mapped = making.map(layer, unit)
    except NoFacetsError as error:
        raise OptionError(f"{layer.alias}:{unit} has no facets: {error}.") from error
    if mapped is None:
        return conclude(job, options.out)
    count = len(mapped.facets.facets)
    if max(pair) >= count:
        raise OptionError(
            f"{layer.alias}:{unit} has the facets 0 to {count - 1}; -k N makes another number of them."
        )
    stem = options.out / f"{layer.alias}-{unit}-facets-{pair[0]}-{pair[1]}"
    title = f"{name_of(job, unit)}, from facet {pair[0]} to facet {pair[1]}"
    facts = facts_of(job, unit, "facets", info.parameters)
    wanted = Strip(pair, stem, title, options.mixed == "means", options.strip, facts)
    if strip(making, layer, unit, mapped, wanted):
        job.progress.advance(1, f"{layer.alias}:{unit}")
    return conclude(job, options.out)


def _parameters(options: argparse.Namespace, images: ImageSet, facts: dict[str, Any]) -> dict[str, Any]:
    """All that decides about a unit's facets, as JSON values."""
    return {
        "images": images.place(),
        "k": options.k or "by silhouette",
        "of": options.of,
        "top": options.top,
        "most": options.most,
        "group": options.group,
        "nearest": options.nearest,
        "why": list(why_of(options.why)) if options.nearest else [],
        "precision": options.precision,
        "methods": facts,
    }


def _pair(text: str) -> tuple[int, int]:
    """Raises OptionError."""
    words = [word.strip() for word in text.split(",")]
    if len(words) != 2 or not all(word.isdecimal() for word in words) or words[0] == words[1]:
        raise OptionError(f"--between {text!r} is not two facets such as 0,2.")
    return int(words[0]), int(words[1])


def _stopped(job: Target) -> int:
    from precompute.runner import STOPPED

    job.progress.end("stopped", "Stopped while scanning; run the same command again to go on.")
    return STOPPED


def _nearest(text: str) -> int:
    """For --nearest. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) > _LARGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {_LARGEST}")
    return int(text)


def _count(text: str) -> int:
    """For --workers, where 0 means: decode in this process."""
    return 0 if text == "0" else positive(text)


JOB = Job("facets", "the kinds of images that a unit fires for, laid out and painted", add_arguments, run)
