"""The JOB_FORMS table speaks of the commands of `precompute` as they are: names, options, defaults, choices."""

from __future__ import annotations

from argparse import Action, ArgumentParser
from dataclasses import replace

import pytest

from deepvis_app.messages import ModelChoice
from deepvis_app.ui.dialogs.job_forms import JOB_FORMS, Scope, job_spec
from precompute.comparison.command import JOB as COMPARE
from precompute.comparison.methods import METHODS
from precompute.generators.command import JOB as TRAIN_GENERATOR
from precompute.jobs import JOBS
from precompute.options import Parser
from tests.ui.fakes import canned_model

COMMANDS = {**JOBS, TRAIN_GENERATOR.name: TRAIN_GENERATOR, COMPARE.name: COMPARE}


def parser(name: str) -> ArgumentParser:
    made, job = Parser(), COMMANDS[name]
    job.common(made)
    job.add_arguments(made)
    return made


def options(name: str) -> dict[str, Action]:
    return {option: action for action in parser(name)._actions for option in action.option_strings}


@pytest.mark.parametrize("name", JOB_FORMS)
def test_every_field_is_an_option_with_the_same_default_and_choices(name: str) -> None:
    known = options(name)
    for field in JOB_FORMS[name].fields:
        action = known[field.option]
        default = None if field.unset else field.default
        same = str(default) == str(action.default) if field.choices else default == action.default
        assert same or (field.several == "words" and not default and not action.default), field.option
        values = [value for value, _ in field.choices]
        if not field.several:
            assert sorted(values) == sorted(map(str, action.choices or []))
            assert not values or field.default in values
        assert type(field.default) is not int or field.low <= int(field.default) <= field.high
        assert field.label
        assert field.tooltip


@pytest.mark.parametrize("name", JOB_FORMS)
def test_a_job_of_the_form_is_understood_by_the_command(name: str) -> None:
    form = JOB_FORMS[name]
    model = replace(canned_model(), choice=ModelChoice("file:/nets/my net.py:make", "/nets/net.safetensors"))
    changed = {f.option: not f.default if isinstance(f.default, bool) else f.default for f in form.fields}
    changed |= {f.option: f.low or 1 for f in form.fields if type(f.default) is int}
    changed |= {f.option: f.choices[-1][0] for f in form.fields if f.choices}
    changed |= {f.option: "one,two" for f in form.fields if f.several == "words"}
    spec = job_spec(form, model, Scope("conv1,fc8", "0,3", "units"), changed, "/pictures", "cpu")
    understood = parser(name).parse_args([*spec.words[1:], "--progress", "jsonl"])
    assert (understood.model, understood.weights) == ("file:/nets/my net.py:make", "/nets/net.safetensors")
    assert understood.device == "cpu"
    for field in form.fields:
        if field.several == "words":
            assert getattr(understood, field.option.strip("-")) == ["one", "two"]
    if form.one:
        assert understood.unit == "conv1,fc8:0,3"
    elif form.units:
        assert (understood.layers, understood.units) == ("conv1,fc8", "0,3")
    assert understood.progress == "jsonl"
    assert form.images == ("--images" in options(name))


def test_the_methods_that_can_be_compared_are_those_of_the_command() -> None:
    (methods,) = (field for field in JOB_FORMS["compare"].fields if field.option == "--methods")
    assert [name for name, _ in methods.choices] == list(METHODS)
    assert methods.with_images == tuple(name for name, method in METHODS.items() if method.images)
