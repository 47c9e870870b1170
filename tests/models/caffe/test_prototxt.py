from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deepvis_app.models.caffe.errors import CaffeError, LayerError
from deepvis_app.models.caffe.prototxt import parse, read_prototxt

TEXT = """
# a comment with { and "
name: "a net" ; input: 'x'
layer { name: "a" 'b' top: "q\\"\\n" kernel: 3 kernel: 0x10, slope: -1.5e-3f }
layer: < name: "c" pool: MAX on: true off: 0 dims: [1, 2 , 3] empty { } deep { deeper { value: .5 } } >
"""


def test_names_values_lists_and_parts_are_read() -> None:
    net = parse(TEXT)
    assert (net.text("name"), net.text("input"), net.text("nothing", "?")) == ("a net", "x", "?")
    first, second = net.messages("layer")
    assert (first.text("name"), first.text("top")) == ("ab", 'q"\n')
    assert first.integers("kernel") == [3, 16]
    assert first.number("slope", 0.0) == -1.5e-3
    assert second.choice("pool", ("MAX", "AVE")) == "MAX"
    assert second.flag("on")
    assert not second.flag("off", default=True)
    assert second.flag("neither", default=True)
    assert second.integers("dims") == [1, 2, 3]
    assert not second.message("empty").has("anything")
    assert second.message("deep").message("deeper").number("value", 0.0) == 0.5
    assert not second.message("missing").messages("layer")


def test_an_enumeration_may_be_given_by_its_number() -> None:
    assert parse("pool: 1").choice("pool", ("MAX", "AVE")) == "AVE"
    assert parse("").choice("pool", ("MAX", "AVE"), default=1) == "AVE"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("layer {\n name: 'a'\n", "line 3 has the end where a field's name is expected"),
        ("layer }", "line 1 has '}' where a colon or a brace is expected"),
        ("a: 1\n}", "line 2 has '}' where a field's name is expected"),
        ("a 1", "line 1 has '1' where a colon or a brace"),
        ("a: }", "line 1 has '}' where a value"),
        ("a: [1 2]", "line 1 has '2' where a comma or ]"),
        ("a: 'unclosed", 'line 1 has "\'"'),
        ("\n\na: 1 @", "line 3 has '@'"),
        ("a: 12abc", "line 1 has '1'"),
        ("a {" * 40, "braces 32 deep"),
        ("\x08\x01\x12", "line 1 has '\\x08'"),
    ],
)
def test_a_wrong_text_is_one_sentence_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(CaffeError) as raised:
        parse(text, "net.prototxt")
    assert str(raised.value).startswith("net.prototxt is no valid prototxt: ")
    assert sentence.replace("\\x08", repr("\x08")[1:-1]) in str(raised.value)


def test_values_of_another_kind_are_told() -> None:
    net = parse("a: 'x' b { } c: 1.5 d: MIN")
    asked: list[tuple[Callable[[], object], str]] = [
        (lambda: net.number("a", 0.0), "a must be a number, not 'x'"),
        (lambda: net.integer("c", 0), "c must be a whole number, not '1.5'"),
        (lambda: net.flag("a"), "a must be true or false, not 'x'"),
        (lambda: net.text("b"), "b must be a value"),
        (lambda: net.message("a"), "a must be a part in braces"),
        (lambda: net.choice("d", ("MAX", "AVE")), "d must be one of MAX, AVE, not 'MIN'"),
    ]
    for ask, sentence in asked:
        with pytest.raises(LayerError, match=sentence):
            ask()


def test_files_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.prototxt"
    with pytest.raises(CaffeError, match="Cannot read"):
        read_prototxt(path)
    path.write_bytes(b"\xff\xfe\x00\x93")
    with pytest.raises(CaffeError, match="not a text; is it the caffemodel"):
        read_prototxt(path)
    path.write_bytes(b" " * ((1 << 24) + 1))
    with pytest.raises(CaffeError, match="too large"):
        read_prototxt(path)
    path.write_bytes(b"\xef\xbb\xbfname: 'with a mark'")
    assert read_prototxt(path).text("name") == "with a mark"
