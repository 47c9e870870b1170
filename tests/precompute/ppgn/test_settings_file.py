"""The sampler's settings as files: what was written comes back, and anything else is one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from precompute.__main__ import main
from precompute.ppgn.rules import RULES
from precompute.ppgn.settings import SETTINGS
from precompute.ppgn.settings_file import settings_from, settings_named, written_settings
from precompute.synthesis.json_values import PresetError


@pytest.mark.parametrize("name", SETTINGS)
def test_all_settings_come_back_from_the_file_that_presets_saves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    mine = tmp_path / "mine.json"
    assert main(["presets", name, "--save", str(mine)]) == 0
    assert f"use --settings {mine}" in capsys.readouterr().out
    assert settings_named(str(mine)) == settings_named(name) == SETTINGS[name]
    assert main(["presets", str(mine)]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(mine.read_text())


def test_a_number_that_was_changed_is_changed() -> None:
    values = json.loads(written_settings(SETTINGS["balanced"]))
    values["eps1"] = 0.5
    values["hidden"]["reset"] = 50
    made = settings_from(values)
    assert (made.prior, made.hidden.reset) == (0.5, 50)
    assert made.classes == SETTINGS["balanced"].classes


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_named(rule: str) -> None:
    values = {**json.loads(written_settings(SETTINGS["balanced"])), "rule": rule}
    assert settings_from(values).rule == rule


@pytest.mark.parametrize(
    ("way", "value", "sentence"),
    [
        (("step",), 0, "step must be a number from 1e-09"),
        (("eps1",), -1, "eps1 must be a number from 0"),
        (("eps3",), float("nan"), "eps3 must be a number from 0 to 1e+09, not NaN"),
        (("rule",), "both", 'there is no rule "both"'),
        (("own_only",), 1, "own_only must be true or false, not 1"),
        (("redraw",), [0.3], "redraw must be two numbers in brackets"),
        (("redraw",), [0.3, 0.1], "the second of redraw must be a number from 0.3"),
        (("prior",), 1, "the file has no 'prior'"),
        (("hidden",), 3, "hidden must be an object in braces"),
        (("classes", "every"), 0, "every of classes must be a whole number from 1"),
        (("classes", "threshold"), 2, "threshold of classes must be a number from 0 to 1"),
        (("title",), 3, "title must be words"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_in_one_sentence(
    tmp_path: Path, way: tuple[str, ...], value: Any, sentence: str
) -> None:
    values = json.loads(written_settings(SETTINGS["balanced"]))
    at = values
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = value
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(values))
    with pytest.raises(PresetError) as found:
        settings_named(str(bad))
    assert str(found.value).startswith("bad.json is no file of settings: ")
    assert sentence in str(found.value)
    assert str(found.value).endswith(".")


def test_a_file_that_lacks_something_or_is_none_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="There are no settings best; known are balanced, released"):
        settings_named("best")
    with pytest.raises(PresetError, match="No such file"):
        settings_named(str(tmp_path / "none.json"))
    values = json.loads(written_settings(SETTINGS["balanced"]))
    del values["start"]
    with pytest.raises(PresetError, match="the file needs 'start'"):
        settings_from(values)
