"""Every line of the STUDIES table is a command that explains itself and says what it needs."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from precompute.options import Parser
from precompute.studies import STUDIES
from precompute.studies.command import _add_common, main, spread


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_has_a_name_a_sentence_a_source_and_options_of_its_own(name: str) -> None:
    study = STUDIES[name]
    assert study.name == name == name.lower()
    assert 10 < len(study.help) < 110
    assert re.search(r"section|Fig\.|released code", study.after)
    parser = Parser()
    _add_common(study, parser)
    study.add_arguments(parser)  # raises where an option of the study is a common one already
    for action in parser._actions:
        assert action.help, f"{name} {action.option_strings} explains itself"


@pytest.mark.parametrize("name", STUDIES)
def test_what_a_study_needs_and_did_not_get_is_said_in_one_sentence(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([name])
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert re.fullmatch(rf"deepvis-precompute study {name}: the following arguments are required: .+\n", told)
    assert "--out" in told


def test_the_list_of_studies_names_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in STUDIES)


def test_a_study_that_does_not_exist_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["memorization"])
    assert end.value.code == 2
    assert (
        "there is no study 'memorization'; the nearest are memorisation, evolution" in capsys.readouterr().err
    )


def test_the_help_of_a_study_does_not_wait_for_torch() -> None:
    code = (
        "import sys\nfrom precompute.studies.command import main\n"
        "try:\n    main(['quality', '--help'])\nexcept SystemExit:\n    pass\nsys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--judge" in done.stdout


def test_units_are_spread_evenly() -> None:
    assert spread(200, 4) == (0, 50, 100, 150)
    assert spread(3, 10) == (0, 1, 2)
