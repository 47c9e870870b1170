"""The JOB_FORMS table speaks of the commands of `precompute` as they are: names, options, defaults, choices."""

from __future__ import annotations

from argparse import Action, ArgumentParser
from dataclasses import replace

import pytest

from deepvis_app.messages import ModelChoice
from deepvis_app.ui.dialogs.job_forms import JOB_FORMS, Scope, job_spec
from precompute.generators.command import JOB as TRAIN_GENERATOR
from precompute.jobs import JOBS
from precompute.options import Parser
from tests.ui.fakes import canned_model


def parser(name: str) -> ArgumentParser:
    made, job = Parser(), TRAIN_GENERATOR if name == TRAIN_GENERATOR.name else JOBS[name]
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
        assert same, field.option
        values = [value for value, _ in field.choices]
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
    spec = job_spec(form, model, Scope("conv1,fc8", "0,3", "units"), changed, "/pictures", "cpu")
    understood = parser(name).parse_args([*spec.words[1:], "--progress", "jsonl"])
    assert (understood.model, understood.weights) == ("file:/nets/my net.py:make", "/nets/net.safetensors")
    assert understood.device == "cpu"
    if form.units:
        assert (understood.layers, understood.units) == ("conv1,fc8", "0,3")
    assert understood.progress == "jsonl"
    assert form.images == ("--images" in options(name))
