from __future__ import annotations

import pytest

from precompute.publish.names import file_names, unit_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conv5", "conv5"),
        ("layer1.0.conv1:2", "layer1.0.conv1_2"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("nul", "nul_"),
        ("COM1.x", "COM1.x_"),
        ("..", "unnamed"),
        ("Müsli", "M_sli"),
    ],
)
def test_a_name_becomes_one_that_every_file_system_takes(name: str, expected: str) -> None:
    assert file_names([name]) == {name: expected}


def test_names_that_differ_only_in_case_or_in_replaced_letters_get_files_of_their_own() -> None:
    names = ["a:b", "a/b", "A_B", "a_b_2"]
    files = file_names(names)
    assert list(files) == names
    assert len({file.lower() for file in files.values()}) == 4


def test_units_are_called_as_in_2015() -> None:
    assert (unit_name(7), unit_name(12345)) == ("unit_0007", "unit_12345")
