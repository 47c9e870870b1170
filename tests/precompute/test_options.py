from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deepvis_app.messages import LayerInfo, ModelChoice, ModelInfo
from precompute.comparison.command import JOB as COMPARE
from precompute.generators.command import JOB as TRAIN_GENERATOR
from precompute.job import Job
from precompute.jobs import JOBS, dream
from precompute.options import LARGEST_BATCH, OptionError, Parser, add_common, chosen_layers, chosen_units
from precompute.ppgn.command import JOB as TRAIN_PRIOR
from precompute.standins.command import JOB as TRAIN_STAND_IN
from precompute.training.command import JOB as TRAIN_CLASSIFIER

LAYERS = (
    LayerInfo("features.0", "conv1", "Conv2d", (8, 4, 4), 8),
    LayerInfo("features.1", "relu1", "ReLU", (8, 4, 4), 8),
    LayerInfo("features.2", "conv2", "Conv2d", (16, 4, 4), 16),
    LayerInfo("aux", "aux", "Pair", (), hidden_because="it returns dict, not one tensor"),
)
INFO = ModelInfo(ModelChoice("toy"), "Toy", LAYERS, (8, 8), 3, "crop", (), "f" * 64, "cpu", "random", "")


@pytest.mark.parametrize(
    ("text", "aliases"),
    [
        ("all", ["conv1", "relu1", "conv2"]),
        ("conv2,conv1", ["conv1", "conv2"]),
        ("conv*", ["conv1", "conv2"]),
        ("features.2, relu1", ["relu1", "conv2"]),
        ("features.*", ["conv1", "relu1", "conv2"]),
        ("*", ["conv1", "relu1", "conv2"]),
    ],
)
def test_layers_are_named_by_name_alias_or_pattern(text: str, aliases: list[str]) -> None:
    assert [layer.alias for layer in chosen_layers(INFO, text)] == aliases


def test_a_layer_whose_pictures_another_layers_serve_means_that_one() -> None:
    passing = replace(LAYERS[1], pictures_of="features.0")
    info = replace(INFO, layers=(LAYERS[0], passing, LAYERS[2]))
    for text in ("relu1", "conv1,relu1", "*1", "features.1"):
        assert chosen_layers(info, text) == (LAYERS[0],)
    assert chosen_layers(info, "all") == chosen_layers(info, "*") == (LAYERS[0], LAYERS[2])


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "99999999999999999999"])
def test_seeds_are_whole_numbers_that_have_room_for_more(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert parser().parse_args(["--seed", "12"]).seed == 12
    with pytest.raises(SystemExit):
        parser().parse_args([f"--seed={text}"])
    assert "is not a whole number from 0 to 4294967295" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [("konv1", "conv1"), ("aux", "returns dict"), (" , ", "names no layer"), ("x*", "conv1")],
)
def test_layers_that_are_not_there_are_told_with_near_ones(text: str, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        chosen_layers(INFO, text)


def test_units_are_numbers_and_ranges() -> None:
    assert chosen_units(LAYERS[0], "all") == tuple(range(8))
    assert chosen_units(LAYERS[0], "5,0, 2-3,3") == (0, 2, 3, 5)


@pytest.mark.parametrize(
    ("text", "told"),
    [("8", "units 0 to 7"), ("2-9", "units 0 to 7"), ("a", "not a number"), ("-1", "not a number"),
     ("5-2", "no unit 5-2"), (",", "names no unit")],
)  # fmt: skip
def test_units_that_are_not_there_are_told(text: str, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        chosen_units(replace(LAYERS[0]), text)


def parser() -> Parser:
    made = Parser(prog="deepvis-precompute am")
    add_common(made)
    return made


def test_the_common_options_have_defaults() -> None:
    found = parser().parse_args(["--layers", "conv1", "--atlas", "x.atlas"])
    assert (found.model, found.layers, found.units, found.seed) == ("caffenet64", "conv1", "all", 0)
    assert found.atlas == Path("x.atlas")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--modle", "resnet18"], "did you mean --model"),
        (["--modle=resnet18"], "did you mean --model"),
        (["what"], "--help"),
        (["--seed", "x"], "'x' is not a whole number from 0"),
        (["--progress", "bars"], "'bar', 'jsonl'"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_status_2(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        parser().parse_args(words)
    assert left.value.code == 2
    text = capsys.readouterr().err
    assert told in text
    assert text.startswith("deepvis-precompute am: ")
    assert text.count("\n") == 1


def with_batch() -> list[Job]:
    """Every command that takes --batch."""
    trainings = (TRAIN_GENERATOR, TRAIN_PRIOR, TRAIN_STAND_IN, TRAIN_CLASSIFIER)
    found = []
    for job in (*JOBS.values(), COMPARE, dream.JOB, *trainings):
        parser = Parser()
        job.add_arguments(parser)
        if any("--batch" in action.option_strings for action in parser._actions):
            found.append(job)
    return found


@pytest.mark.parametrize("job", with_batch(), ids=lambda job: job.name)
def test_a_senseless_batch_is_a_sentence_of_every_command(
    job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = Parser()
    job.add_arguments(parser)
    for action in parser._actions:
        action.required = False
        action.nargs = "?" if not action.option_strings else action.nargs
    assert parser.parse_args(["--batch", str(LARGEST_BATCH)]).batch == LARGEST_BATCH
    for senseless in ("0", "-3", "1.5", "many", str(LARGEST_BATCH + 1), "9" * 30):
        with pytest.raises(SystemExit) as ended:
            parser.parse_args([f"--batch={senseless}"])
        assert ended.value.code == 2
        told = capsys.readouterr().err
        assert f"argument --batch: '{senseless}' is not a whole number from 1 to {LARGEST_BATCH}" in told


def test_the_commands_with_a_batch_are_known() -> None:
    names = {job.name for job in with_batch()}
    assert {"top", "am", "dgn-am", "ppgn", "facets", "dream", "train-generator", "train-prior"} <= names
