from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from deepvis_app.messages import SourceCommand, SourceSpec
from deepvis_app.ui.camera_permission import DENIED, AskingSource, shielded
from tests.session.stand_ins import Source

CAMERA, FOLDER = SourceSpec("camera", "0"), SourceSpec("folder", "/x")


def answering(granted: bool) -> Callable[[Callable[[bool], None]], None]:
    return lambda answered: answered(granted)


def test_a_camera_opens_only_after_the_system_has_allowed_it() -> None:
    source, said = Source(), list[str]()
    AskingSource(source, answering(False), said.append).open(CAMERA)
    assert (source.opened, said) == ([], [DENIED])
    AskingSource(source, answering(True), said.append).open(CAMERA)
    assert source.opened == [CAMERA]


def test_other_sources_and_commands_pass_without_a_question() -> None:
    source = Source()
    asking = AskingSource(source, answering(False), pytest.fail)
    asking.open(FOLDER)
    asking.command(SourceCommand("next"))
    assert source.opened == [FOLDER]
    assert source.commands == [SourceCommand("next")]
    assert asking.status() is source.status()
    assert asking.latest() is None


def test_only_macos_wants_to_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source()
    monkeypatch.setattr(sys, "platform", "linux")
    assert shielded(source, pytest.fail) is source
    monkeypatch.setattr(sys, "platform", "darwin")
    assert isinstance(shielded(source, pytest.fail), AskingSource)
