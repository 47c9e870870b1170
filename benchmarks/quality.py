"""How good the bundled atlas's preferred pictures are, as they are stored."""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.rows import Row
from deepvis_app.atlas import AtlasReader, bundled_path
from deepvis_app.messages import U8, ModelChoice, UnitRecord
from deepvis_app.models import LoadedModel, ModelError, load_model

JUDGE = "squeezenet1_0"
JUDGE_FILE = "squeezenet1_0-imagenet.safetensors"  # among the test data, where it is not installed
TOP = 5
_AT_ONCE = 64


def rows(device: str, share: float = 1.0) -> list[Row]:  # noqa: ARG001 (nothing is repeated here)
    """Class units that miss their own class, conv units against real images, and what another network sees."""
    model = load_model(ModelChoice("caffenet64", device=device))
    path = bundled_path(model.info.fingerprint)
    if path is None:
        raise SystemExit("There is no bundled atlas: make it with deepvis-precompute bundle-atlas.")
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
    shown = [record for record in records if record.pictures]
    best = _outputs(model, [record.pictures[0].rgb for record in shown]).argmax(1).tolist()
    hits = sum(record.ref.unit == found for record, found in zip(shown, best, strict=True))
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
    index = _places(judge.info.labels)
    pairs = [
        (record.pictures[0].rgb, index[name])
        for record in records
        if record.pictures and (name := _first_name(model.info.label(record.ref.unit))) in index
    ]
    found = _outputs(judge, [rgb for rgb, _ in pairs]).topk(TOP).indices.tolist()
    hits = sum(place in best for (_, place), best in zip(pairs, found, strict=True))
    detail = (
        f"{hits} of {len(pairs)} classes that {JUDGE} knows by the same name, of its {len(judge.info.labels)}"
    )
    return [Row(f"class pictures in the first {TOP} of {JUDGE}", 100 * hits / len(pairs), None, "%", detail)]


def _judge(device: str) -> LoadedModel | None:
    """Installed, or from the test data; None when there are no real weights of it."""
    data = Path(os.environ.get("DEEPVIS_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    for weights in ("default", str(data / JUDGE_FILE)):
        try:
            return load_model(ModelChoice(JUDGE, weights, device))
        except ModelError:
            continue
    return None


def _outputs(model: LoadedModel, pictures: Sequence[U8]) -> torch.Tensor:
    found = []
    with torch.inference_mode():
        for start in range(0, len(pictures), _AT_ONCE):
            batch = [model.preprocess(rgb, model.device) for rgb in pictures[start : start + _AT_ONCE]]
            found.append(model.net(torch.cat(batch)).cpu())
    return torch.cat(found)


def _places(labels: Sequence[str]) -> dict[str, int]:
    """Class name -> number, for names that stand for one class only."""
    counts = Counter(_first_name(label) for label in labels)
    return {name: k for k, label in enumerate(labels) if counts[name := _first_name(label)] == 1}


def _first_name(label: str) -> str:
    return label.split(",", maxsplit=1)[0].strip().lower()
