"""Every line of the JOBS table is a command that can be asked for help and refuses wrong words in one sentence."""

from __future__ import annotations

import re

import pytest

from precompute.__main__ import COMMANDS, main
from precompute.jobs import JOBS
from precompute.options import Parser, add_common


@pytest.mark.parametrize("name", JOBS)
def test_a_job_has_a_name_a_sentence_and_options_of_its_own(name: str) -> None:
    job = JOBS[name]
    assert job.name == name == name.lower()
    assert 10 < len(job.help) < 90
    parser = Parser()
    add_common(parser)
    job.add_arguments(parser)  # raises where an option of the job is a common one already
    for action in parser._actions:
        assert action.help, f"{name} {action.option_strings} explains itself"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_status_0(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: deepvis-precompute {name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_that_does_not_exist_is_status_2_and_one_sentence(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, "a", "b", "c", "--no-such-option"])
    assert end.value.code == 2
    assert re.search(rf"deepvis-precompute {name}: .+\n$", capsys.readouterr().err)


def test_the_list_of_commands_names_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in COMMANDS)
