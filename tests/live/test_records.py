"""The session's records on a real network against direct looks at every frame."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from deepvis_app.live.record_book import RANKS
from deepvis_app.live.records import GAP_S, Records
from deepvis_app.live.step import Memo, step
from deepvis_app.messages import U8, Frame, ModelChoice, Request, Result, UnitPicture
from deepvis_app.models import LoadedModel, load_model

REQUEST = Request(1, "conv2", 3, session_top=True)


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model(ModelChoice("caffenet64", weights="random", device="cpu"))


def frame(index: int, at: float, still: bool = False, name: str = "") -> Frame:
    """Noise, brighter or darker as the index has it."""
    rng = np.random.default_rng(index)
    rgb = rng.integers(0, 100 + 150 * (index * 7 % 11) // 10, (64, 80, 3)).astype(np.uint8)
    return Frame(index, rgb, at, name or f"frame {index}", still=still)


def show(
    model: LoadedModel, records: Records, shown: Frame, request: Request = REQUEST, memo: Memo | None = None
) -> Result:
    memo = memo or Memo()
    return records.follow(model.info, step(model, shown, request, memo), memo.last)


def map_of(model: LoadedModel, picture: U8, unit: int) -> torch.Tensor:
    with torch.inference_mode():
        x = model.preprocess.tensor(picture.copy(), model.device)
        for name, module in model.net.named_children():
            x = module(x)
            if name == "conv2":
                return torch.as_tensor(x[0, unit])
    raise AssertionError


def facts(pictures: tuple[UnitPicture, ...]) -> list[tuple[int, float]]:
    return [(picture.facts.more["frame"], round(picture.score, 4)) for picture in pictures]


def test_the_records_are_those_of_a_look_at_every_due_frame(model: LoadedModel) -> None:
    records, best, last = Records(), dict[int, tuple[float, int, U8]](), -math.inf
    frames = [frame(index, at=50 + 0.11 * index) for index in range(150)]
    for shown in frames:
        result = show(model, records, shown)
        assert result.network_input is not None
        if shown.captured_at - last >= GAP_S:
            last = shown.captured_at
            value = float(map_of(model, result.network_input, 3).max())
            second = int(shown.captured_at)
            if second not in best or value > best[second][0]:
                best[second] = (value, shown.index, result.network_input)
    expected = sorted(best.values(), key=lambda record: -record[0])[:RANKS]
    assert facts(result.session_top) == [(index, round(value, 4)) for value, index, _ in expected]
    field = model.info.layer("conv2").receptive_field
    assert field is not None
    for picture, (value, _, source) in zip(result.session_top, expected, strict=True):
        unit_map = map_of(model, source, 3)
        y, x = picture.facts.more["position"]
        assert float(unit_map[y, x]) == pytest.approx(value, abs=1e-5)
        top, left, bottom, right = field.box(y, x)
        inside = source[max(top, 0) : bottom, max(left, 0) : right]
        seen = picture.rgb[max(-top, 0) :, max(-left, 0) :][: inside.shape[0], : inside.shape[1]]
        assert np.array_equal(seen, inside)
        assert picture.rgb.shape[:2] == field.size
        assert picture.kind == "session"


def held_in(records: Records, model: LoadedModel) -> list[int]:
    """How many records the units of each layer have at the most."""
    return [
        max(len(records.pictures(layer, unit)) for unit in range(layer.units))
        for layer in model.info.layers
        if layer.units
    ]


def test_in_the_overview_of_stills_every_layer_has_its_records(model: LoadedModel) -> None:
    records = Records()
    for index in (1, 2, 3):
        show(model, records, frame(index, float(index), still=True), replace(REQUEST, overview=True))
    assert set(held_in(records, model)) == {3}
    assert records.size[0] == 3


def test_in_the_overview_of_a_stream_the_layers_take_turns(model: LoadedModel) -> None:
    records, seen = Records(), []
    for index in range(6):
        show(model, records, frame(index, 0.03 * index), replace(REQUEST, overview=True))
        seen.append(sum(held > 0 for held in held_in(records, model)))
    layers = [layer for layer in model.info.layers if layer.units]
    assert seen[0] < seen[1] < len(layers)
    assert seen[-1] == len(layers)


def test_a_frame_that_comes_too_soon_is_not_looked_at(model: LoadedModel) -> None:
    class Counting(dict[str, torch.Tensor]):
        reads = 0

        def __getitem__(self, name: str) -> torch.Tensor:
            self.reads += 1
            return super().__getitem__(name)

    memo, records = Memo(), Records()
    result = step(model, frame(1, 1.0), REQUEST, memo)
    assert memo.last is not None
    watched = Counting(memo.last.activations)
    run = replace(memo.last, activations=watched, attribution=None)
    for index in range(60):  # two seconds at 30 frames a second
        at = replace(result, frame=replace(result.frame, index=index, captured_at=1 + index / 30))
        records.follow(model.info, at, run)
    assert watched.reads == 8


def test_a_still_counts_once_even_when_it_comes_round_again_or_is_cut_otherwise(model: LoadedModel) -> None:
    records = Records()
    for index in range(3):
        show(model, records, replace(frame(1, 5.0 + index, still=True), index=index))
    squashed = replace(REQUEST, crop="squash")
    show(model, records, replace(frame(1, 9.0, still=True), index=9), squashed)
    other = replace(frame(2, 10.0, still=True), index=10, name="frame 1")  # of the same name
    assert len(show(model, records, other).session_top) == 2


def test_a_still_is_looked_at_once_however_often_it_is_asked_for(model: LoadedModel) -> None:
    records, memo, shown = Records(), Memo(), frame(1, 5.0, still=True)
    first = show(model, records, shown, memo=memo)
    again = show(model, records, shown, replace(REQUEST, generation=2), memo)
    assert again.session_top is first.session_top
    assert len(show(model, records, shown, replace(REQUEST, layer="conv3"), memo).session_top) == 1


def test_the_pictures_come_only_when_they_are_asked_for_but_are_kept_all_the_same(model: LoadedModel) -> None:
    records = Records()
    assert show(model, records, frame(1, 1.0), replace(REQUEST, session_top=False)).session_top == ()
    assert len(show(model, records, frame(2, 2.0)).session_top) == 2


def test_a_frame_is_kept_once_for_all_units_and_is_the_results_own_picture(model: LoadedModel) -> None:
    records, whole = Records(), Request(1, "fc6", 0, session_top=True)
    result = show(model, records, frame(1, 1.0), whole)
    assert result.network_input is not None
    assert records.size == (1, result.network_input.nbytes)
    assert np.shares_memory(result.session_top[0].rgb, result.network_input)
    show(model, records, frame(1, 1.0), replace(whole, layer="fc7"))
    assert records.size == (1, result.network_input.nbytes)


def test_the_kept_frames_stay_within_the_limit_and_no_best_record_is_lost_for_it(model: LoadedModel) -> None:
    few = 70 * 64 * 64 * 3
    bounded, free, request = Records(limit=few), Records(), Request(1, "conv5")
    for index in range(110):
        memo = Memo()
        result = step(model, frame(index, float(index)), request, memo)
        for records in (bounded, free):
            records.follow(model.info, result, memo.last)
        assert bounded.size[1] <= few
    assert free.size[0] > 100
    layer = model.info.layer("conv5")
    for unit in range(layer.units):
        everything, held = free.pictures(layer, unit), bounded.pictures(layer, unit)
        assert facts(held)[:1] == facts(everything)[:1]
        assert sorted((picture.score for picture in held), reverse=True) == [
            picture.score for picture in held
        ]


def test_another_round_starts_afresh_with_the_picture_that_is_there(model: LoadedModel) -> None:
    records, memo = Records(), Memo()
    for index in range(4):
        show(model, records, frame(index, float(index)), memo=memo)
    fresh = show(model, records, frame(3, 3.0), replace(REQUEST, generation=2, session_round=1), memo)
    assert [picture.facts.more["frame"] for picture in fresh.session_top] == [3]


def test_another_network_starts_afresh(model: LoadedModel) -> None:
    records = Records()
    show(model, records, frame(1, 1.0))
    other = replace(model, info=replace(model.info, fingerprint="other"))
    shown = show(other, records, frame(2, 2.0))
    assert [picture.facts.more["frame"] for picture in shown.session_top] == [2]


def test_a_step_that_failed_leaves_no_record(model: LoadedModel) -> None:
    records = Records()
    failed = Result(frame(1, 1.0), REQUEST, error="broken")
    assert records.follow(model.info, failed, None) is failed
    assert records.size == (0, 0)
