"""How good the bundled atlas's preferred pictures are, as they are stored."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.rows import Row
from deepvis_app.atlas import AtlasReader, bundled_path
from deepvis_app.messages import ModelChoice, UnitRecord
from deepvis_app.models import LoadedModel, ModelError, load_model
from precompute.studies.judging import TOP, Judge, Verdict

JUDGE = "squeezenet1_0"
JUDGE_FILE = "squeezenet1_0-imagenet.safetensors"  # among the test data, where it is not installed


def rows(device: str, share: float = 1.0) -> list[Row]:  # noqa: ARG001 (nothing is repeated here)
    """Class units that miss their own class, conv units against real images, and what another network sees."""
    model = load_model(ModelChoice("caffenet64", device=device))
    path = bundled_path(model.info.fingerprint)
    if path is None:
        raise SystemExit("There is no bundled atlas: make it with deepvis-precompute build-assets.")
    with AtlasReader(path, model.info.fingerprint) as atlas:
        [classes] = [layer for layer in model.info.layers if layer.is_class_layer and layer.kind == "Linear"]
        convolutions = [layer for layer in model.info.layers if layer.kind == "Conv2d"]
        of_classes = list(atlas.records(classes.name, "am"))
        of_units = [record for layer in convolutions for record in atlas.records(layer.name, "am")]
    return [
        _own_class(model, of_classes),
        _beyond_real_images(of_units, sum(layer.units for layer in convolutions)),
        *_transfer(model, of_classes, device),
    ]


def _own_class(model: LoadedModel, records: Sequence[UnitRecord]) -> Row:
    """The first picture of each class unit, through the network's own preprocessing."""
    hits = _verdict(Judge(model, model.info.labels), records).top1
    units = len(model.info.labels)
    detail = f"{hits} of {units} class units have a stored picture that the network puts into their class"
    return Row("class units whose picture is another class", 100 * (1 - hits / units), 5, "%", detail)


def _beyond_real_images(records: Sequence[UnitRecord], units: int) -> Row:
    """What a unit reached, against its largest value in each image of its statistics; a unit without counts as 0."""
    reached = [record.pictures[0].facts.percentile or 0.0 if record.pictures else 0.0 for record in records]
    reached += [0.0] * (units - len(reached))
    above = sum(percentile > 99 for percentile in reached)
    median = statistics.median(reached)
    detail = f"median percentile {median:.2f}; {above} of {units} conv units are above the 99th"
    return Row("real images above the median conv unit's picture", 100 - median, 1, "%", detail)


def _transfer(model: LoadedModel, records: Sequence[UnitRecord], device: str) -> list[Row]:
    """The share of class pictures that a network which had no part in making them has among its first five."""
    judge = _judge(device)
    if judge is None:
        return []
    found = _verdict(Judge(judge, model.info.labels), records)
    known = f"{found.asked} classes that {JUDGE} knows by the same name"
    detail = f"{found.top5} of {known}, of its {len(judge.info.labels)}"
    share = 100 * found.top5 / found.asked
    return [Row(f"class pictures in the first {TOP} of {JUDGE}", share, None, "%", detail)]


def _verdict(judge: Judge, records: Sequence[UnitRecord]) -> Verdict:
    """On the first picture of each class unit that has one."""
    shown = [record for record in records if record.pictures]
    seen = judge.look([record.pictures[0].rgb for record in shown])
    return judge.verdict(seen, [record.ref.unit for record in shown])


def _judge(device: str) -> LoadedModel | None:
    """Installed, or from the test data; None when there are no real weights of it."""
    data = Path(os.environ.get("DEEPVIS_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    for weights in ("default", str(data / JUDGE_FILE)):
        try:
            return load_model(ModelChoice(JUDGE, weights, device))
        except ModelError:
            continue
    return None
