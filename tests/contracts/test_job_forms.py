"""The JOB_FORMS table speaks of the commands of `precompute` as they are: names, options, defaults, choices."""

from __future__ import annotations

from argparse import Action, ArgumentParser
from dataclasses import replace

import pytest

from deepvis_app.messages import ModelChoice
from deepvis_app.ui.dialogs.job_forms import JOB_FORMS
from deepvis_app.ui.dialogs.job_spec import Scope, job_spec
from precompute.comparison.command import JOB as COMPARE
from precompute.comparison.methods import METHODS
from precompute.generators.command import JOB as TRAIN_GENERATOR
from precompute.jobs import JOBS
from precompute.jobs.facets import WHY, why_of
from precompute.options import Parser
from precompute.ppgn.command import JOB as TRAIN_PRIOR
from tests.ui.fakes import canned_model

COMMANDS = {**JOBS, **{job.name: job for job in (TRAIN_GENERATOR, TRAIN_PRIOR, COMPARE)}}
AS_TEXT = {("facets", "--why")}  # a choice of what the command takes as free text


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
        if not field.several and (name, field.option) not in AS_TEXT:
            assert sorted(values) == sorted(map(str, action.choices or []))
        assert field.several or not values or field.default in values
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


def test_every_choice_of_why_is_understood_and_none_is_missing() -> None:
    (why,) = (field for field in JOB_FORMS["facets"].fields if field.option == "--why")
    meant = [why_of(value) for value, _ in why.choices]
    assert meant == [WHY, *((one,) for one in WHY), ()]


def test_the_methods_that_can_be_compared_are_those_of_the_command() -> None:
    (methods,) = (field for field in JOB_FORMS["compare"].fields if field.option == "--methods")
    assert [name for name, _ in methods.choices] == list(METHODS)
    assert methods.with_images == tuple(name for name, method in METHODS.items() if method.images)
