from __future__ import annotations

import pytest

from precompute.__main__ import COMMANDS, main


def test_without_a_command_the_help_lists_every_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in COMMANDS)


def test_an_unknown_command_is_status_2_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-clasifier"]) == 2
    assert "the nearest are train-classifier" in capsys.readouterr().err


def test_a_command_gets_its_own_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-classifier", "/nowhere"]) == 2
    assert "/nowhere" in capsys.readouterr().err
