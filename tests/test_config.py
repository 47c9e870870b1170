from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from deepvis_app import config
from deepvis_app.config import AppConfig, State, load_config, load_state, needs_asking, save_state, trust
from deepvis_app.messages import ModelChoice, SourceSpec


def written(text: str) -> Path:
    path = config.config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_everything_is_the_default() -> None:
    assert load_config() == (AppConfig(), ())


def test_every_field_can_be_set() -> None:
    wanted = AppConfig(
        model="resnet18", weights="random", device="cuda:1", source="camera", target="/a b.png", layer="conv5",
        theme="dark", mirror=True, threads=2, camera=3,
    )  # fmt: skip
    values = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    assert all(values[field.name] != field.default for field in fields(wanted))
    written("".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
    assert load_config() == (wanted, ())


def test_a_named_file_is_read_instead(tmp_path: Path) -> None:
    written('model = "vgg11"')
    (tmp_path / "other.toml").write_text('model = "vgg16"')
    assert load_config(tmp_path / "other.toml")[0].model == "vgg16"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("threads = true", "threads = True must be a number from 0 to 1024; using 0."),
        ("threads = -1", "threads = -1 must be a number"),
        ("threads = 1.5", "threads = 1.5 must be a number"),
        ("mirror = 1", "mirror = 1 must be true or false; using False."),
        ("layer = 3", "layer = 3 must be a text in quotes"),
        ('theme = "pink"', "theme = 'pink' must be one of system, dark, light; using 'system'."),
        ('device = "gpu"', "must be auto, cpu, cuda"),
        ('device = "cuda:x"', "must be auto, cpu, cuda"),
        ("camera = 1000", "camera = 1000 must be"),
        ('model = " "', "must be the name of a model"),
        ("[model]\nname = 1", "must be the name of a model"),
        ('modle = "alexnet"', "there is no setting 'modle', did you mean 'model'?"),
        ("qqqq = 1", "there is no setting 'qqqq'."),
    ],
)
def test_a_bad_setting_is_told_and_keeps_its_default_and_the_others_count(line: str, sentence: str) -> None:
    written(f'target = "kept"\n{line}\n')
    settings, warnings = load_config()
    assert settings == AppConfig(target="kept")
    assert len(warnings) == 1
    assert sentence in warnings[0]


@pytest.mark.parametrize("content", [b"model = ", b"\xff\xfe", b"= 1", b"model = 1\nmodel = 2"])
def test_a_file_that_is_no_toml_is_told(content: bytes) -> None:
    written("").write_bytes(content)
    settings, warnings = load_config()
    assert settings == AppConfig()
    assert "not valid TOML" in warnings[0]


def test_a_named_file_that_is_missing_is_told(tmp_path: Path) -> None:
    settings, warnings = load_config(tmp_path / "none.toml")
    assert settings == AppConfig()
    assert "Cannot read the settings" in warnings[0]


# ---- what is remembered ----


def test_nothing_is_remembered_at_first() -> None:
    assert load_state() == (State(), ())


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("def net(): ...")
    state = State(ModelChoice("resnet18", "random", "cpu"), SourceSpec("folder", "/pictures", recursive=True))
    state = trust(state, f"file:{tmp_path / 'net.py'}:net")
    assert len(state.trusted_file_models) == 1
    assert save_state(state) == ()
    assert load_state() == (state, ())


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "null", "{}", "7",
        '{"model": {"name": 3}, "source": null, "trusted_file_models": []}',
        '{"model": {"nam": "x"}, "source": null, "trusted_file_models": []}',
        '{"model": "alexnet", "source": null, "trusted_file_models": []}',
        '{"model": null, "source": {"kind": "folder", "recursive": "yes"}, "trusted_file_models": []}',
        '{"model": null, "source": null, "trusted_file_models": [1]}',
        '{"model": null, "source": null, "trusted_file_models": null}',
    ],
)  # fmt: skip
def test_a_damaged_state_is_forgotten_with_a_sentence(content: str) -> None:
    written("")
    config.state_path().write_text(content)
    state, warnings = load_state()
    assert state == State()
    assert len(warnings) == 1
    assert "forgotten" in warnings[0]


def test_a_state_that_cannot_be_saved_is_told(home: Path) -> None:
    home.write_text("a file where the folder should be")
    (sentence,) = save_state(State())
    assert sentence.startswith("Cannot remember")


# ---- a user's python file ----


def test_only_remembered_files_need_asking(tmp_path: Path) -> None:
    name = f"file:{tmp_path / 'net.py'}"
    assert needs_asking(name, from_command_line=False)
    assert not needs_asking(name, from_command_line=True)
    assert not needs_asking("resnet18", from_command_line=False)


@pytest.mark.parametrize("function", ["", ":build"])
def test_a_trusted_file_runs_without_asking_until_it_changes(tmp_path: Path, function: str) -> None:
    file = tmp_path / "net.py"
    file.write_text("a = 1")
    name = f"file:{file}{function}"
    state = trust(State(), name)
    assert not needs_asking(name, False, state)
    assert needs_asking(f"file:{file}:other", False, state)
    file.write_text("a = 2")
    assert needs_asking(name, False, state)
    state = trust(state, name)
    assert not needs_asking(name, False, state)
    assert len(state.trusted_file_models) == 1
    file.unlink()
    assert needs_asking(name, False, state)
