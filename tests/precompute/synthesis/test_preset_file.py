"""Presets as files: what was written comes back, and anything else is one sentence and never code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from precompute.synthesis.preset_file import (
    PresetError,
    preset_from,
    preset_named,
    prior_of,
    read_preset,
    written,
)
from precompute.synthesis.presets import PRESETS
from precompute.synthesis.priors import Bilateral, Jitter, SplitBregman

Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_comes_back_from_its_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(written(PRESETS[name]))
    assert read_preset(path) == preset_named(str(path)) == replace(PRESETS[name], policy_2015=None)


def test_what_a_file_leaves_out_is_the_default() -> None:
    preset = preset_from({"steps": 3, "policy": {"name": "normalised"}})
    assert (preset.priors, preset.phases, preset.keep, preset.image) == ((), (), "best", "pixels")


def changed(change: Change) -> Any:
    values = json.loads(written(PRESETS["centre-biased"]))
    found = change(values)
    return values if found is None else found


def put(*way: str | int, value: Any) -> Change:
    def change(values: dict[str, Any]) -> None:
        at: Any = values
        for step in way[:-1]:
            at = at[step]
        at[way[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (put("stepz", value=3), "the preset has no 'stepz'; the nearest are steps"),
        (put("steps", value=0), "steps of the preset must be a whole number from 1 to 100000, not 0"),
        (put("steps", value=True), "must be a whole number"),
        (put("steps", value=10**9), "must be a whole number"),
        (put("noise", value=float("nan")), "noise must be a number from 0 to 100, not NaN"),
        (put("natural", value="all"), 'natural must be a number from 0 to 1, not "all"'),
        (put("keep", value="first"), 'there is no keep "first"; the nearest are'),
        (put("image", value=["pixels"]), "there is no image"),
        (put("title", value=3), "title must be words"),
        (put("policy", value={"name": "adam"}), 'there is no policy "adam"; the nearest are'),
        (put("policy", "step", value="1"), 'step of policy normalised cannot be "1"'),
        (put("policy", "end", value=-1.0), "end of policy normalised cannot be -1.0"),
        (put("priors", value={}), "priors must be a list"),
        (put("priors", value=[{"name": "os.system"}]), 'there is no prior "os.system"'),
        (put("priors", value=[{"name": "decay"}]), "prior decay needs 'rate'"),
        (put("priors", value=[{"name": "decay", "rate": 0.1, "code": "x"}]), "prior decay has no 'code'"),
        (put("priors", value=[{"name": "blur", "width": 1e9}]), "width of prior blur cannot be 1000000000.0"),
        (
            put("priors", value=[{"name": "blur", "width": 1.0, "every": 1.5}]),
            "every of prior blur cannot be 1.5",
        ),
        (put("priors", value=[{"name": "jitter", "shift": None}]), "shift of prior jitter cannot be null"),
        (put("priors", value=[{"name": "split-bregman", "weight": -1}]), "split-bregman must be over 0"),
        (put("priors", value=[{"rate": 1}]), "a prior needs 'name'"),
        (put("phases", 0, "scale", value=50), "scale must be a number from 0.1 to 4, not 50"),
        (put("phases", 1, "objective", value="channel"), 'there is no objective "channel"'),
        (put("phases", 2, "steps", value=None), "steps of a phase must be"),
        (put("phases", 0, value=7), "a phase must be an object in braces, not 7"),
        (put("phases", value=[{"steps": 1}] * 101), "at most 100"),
        (put("bound", value=3.0), "bound is for a generator's codes"),
        (lambda values: [values], "the preset must be an object in braces"),
        (lambda values: values.pop("policy") and None, "the preset needs 'policy'"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_in_one_sentence(
    tmp_path: Path, change: Change, sentence: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(changed(change)))
    with pytest.raises(PresetError) as found:
        read_preset(path)
    assert str(found.value).startswith("bad.json is no preset: ")
    assert sentence in str(found.value)
    assert str(found.value).endswith(".")
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not JSON"),
        (b"{'steps': 3}", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b" " * (2 << 20), "too large"),
        (b"__import__('os').system('true')", "is not JSON"),
    ],
)
def test_a_file_that_is_none_is_said_to_be_none(tmp_path: Path, data: bytes, sentence: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(data)
    with pytest.raises(PresetError, match=sentence):
        read_preset(path)


def test_a_name_or_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match=r"There is no preset robusto; known are robust, A, "):
        preset_named("robusto")
    with pytest.raises(PresetError, match="No such file"):
        preset_named(str(tmp_path / "none.json"))


def test_a_prior_is_said_in_words() -> None:
    assert prior_of("bilateral") == Bilateral()
    assert prior_of("split-bregman:weight=50,sweeps=20") == SplitBregman(50, sweeps=20)
    assert prior_of("jitter: turn=0, zoom=0.5") == Jitter(turn=0, zoom=0.5)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("bilatral", 'there is no prior "bilatral"; the nearest are bilateral'),
        ("decay", "prior decay needs 'rate'"),
        ("decay:rate", "'rate' is no FIELD=NUMBER"),
        ("decay:rate=x", "'rate=x' is no FIELD=NUMBER"),
        ("decay:rate=NaN", "rate of prior decay cannot be NaN"),
        ("decay:rate=0.1,name=3", "there is no prior 3"),
    ],
)
def test_words_that_are_no_prior_are_one_sentence(words: str, sentence: str) -> None:
    with pytest.raises(PresetError) as found:
        prior_of(words)
    assert str(found.value).startswith(f"--prior {words}: ")
    assert sentence in str(found.value)
