"""Every line of the GOALS table: a goal has a name, a sentence, a preset and options that only it reads."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from precompute.jobs.dream import JOB
from precompute.options import Parser
from precompute.synthesis.goals import GOALS
from precompute.synthesis.recipe import PRESET_NAMES


def dream_parser() -> Parser:
    parser = Parser()
    JOB.common(parser)
    JOB.add_arguments(parser)
    return parser


@pytest.mark.parametrize("name", GOALS)
def test_a_goal_has_a_name_a_sentence_and_a_preset_of_pixels(name: str) -> None:
    goal = GOALS[name]
    assert goal.name == name == name.lower()
    assert 10 < len(goal.help) < 110
    assert goal.preset in PRESET_NAMES


@pytest.mark.parametrize("name", GOALS)
def test_its_own_options_explain_themselves_and_have_no_value_unless_given(name: str) -> None:
    goal, own = GOALS[name], argparse.ArgumentParser()
    goal.add_arguments(own)
    options = dream_parser().parse_args(["out"])
    for action in own._actions[1:]:
        assert action.dest in goal.own
        assert action.help
        assert f"with --goal {name}: " in action.help
    for option in goal.own:
        assert getattr(options, option) in (None, "", [], False)
    assert set(goal.needs) <= set(goal.own)


def test_the_help_of_dream_names_every_goal_and_does_not_wait_for_torch() -> None:
    code = (
        "import sys\nfrom precompute.__main__ import main\n"
        "try:\n    main(['dream', '--help'])\nexcept SystemExit:\n    pass\nsys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    listed = " ".join(done.stdout.split())
    assert all(f"{goal.name}: {goal.help}" in listed for goal in GOALS.values())
