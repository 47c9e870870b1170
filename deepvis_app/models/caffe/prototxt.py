"""A .prototxt: protocol buffers' text format, read into messages that know only names and values.

Format: "Text Format Language Specification", https://protobuf.dev/reference/protobuf/textformat-spec/, without
extensions. What a field means is asked by whoever reads it: message.integer("num_output").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from deepvis_app.models.caffe.errors import CaffeError, LayerError

_LARGEST = 1 << 24  # bytes; the largest published descriptions have half a million
_DEEPEST = 32
_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<number>[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[fF]?(?![\w.]))
    | (?P<word>-?[A-Za-z_]\w*)
    | (?P<mark>[{}<>\[\]:,;])""",
    re.VERBOSE,
)
_SUFFIX = re.compile(r"(?<=[\d.])[fF]$")  # of 0.5f
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_CLOSING = {"{": "}", "<": ">"}
_TRUE, _FALSE = ("true", "True", "t", "1"), ("false", "False", "f", "0")

Item = Union["Message", str]


class Message:
    """Fields by name, each with all its values in order. The last value counts where one is asked for.

    The readers raise LayerError for a value of another kind.
    """

    def __init__(self) -> None:
        self._fields: dict[str, list[Item]] = {}

    def add(self, name: str, value: Item) -> None:
        self._fields.setdefault(name, []).append(value)

    def has(self, name: str) -> bool:
        return name in self._fields

    def messages(self, name: str) -> list[Message]:
        found = self._fields.get(name, [])
        messages = [value for value in found if isinstance(value, Message)]
        if len(messages) < len(found):
            raise LayerError(f"{name} must be a part in braces")
        return messages

    def message(self, name: str) -> Message:
        """An empty one where there is none."""
        return (self.messages(name) or [Message()])[-1]

    def texts(self, name: str) -> list[str]:
        found = self._fields.get(name, [])
        texts = [value for value in found if isinstance(value, str)]
        if len(texts) < len(found):
            raise LayerError(f"{name} must be a value, not a part in braces")
        return texts

    def text(self, name: str, default: str = "") -> str:
        return (self.texts(name) or [default])[-1]

    def numbers(self, name: str) -> list[float]:
        try:
            return [float(_SUFFIX.sub("", text)) for text in self.texts(name)]
        except ValueError as error:
            raise LayerError(f"{name} must be a number, not {self.text(name)!r}") from error

    def number(self, name: str, default: float) -> float:
        return (self.numbers(name) or [default])[-1]

    def integers(self, name: str) -> list[int]:
        try:
            return [int(text, 0) for text in self.texts(name)]
        except ValueError as error:
            raise LayerError(f"{name} must be a whole number, not {self.text(name)!r}") from error

    def integer(self, name: str, default: int) -> int:
        return (self.integers(name) or [default])[-1]

    def flag(self, name: str, *, default: bool = False) -> bool:
        text = self.text(name, str(default))
        if text not in (*_TRUE, *_FALSE):
            raise LayerError(f"{name} must be true or false, not {text!r}")
        return text in _TRUE

    def choice(self, name: str, names: tuple[str, ...], default: int = 0) -> str:
        """A name of an enumeration, given as such or by its number in `names`."""
        text = self.text(name, names[default])
        if text.isdecimal() and int(text) < len(names):
            text = names[int(text)]
        if text not in names:
            raise LayerError(f"{name} must be one of {', '.join(names)}, not {text!r}")
        return text


@dataclass(frozen=True)
class _Token:
    kind: str  # string, number, word, mark, end
    text: str
    line: int


def read_prototxt(path: Path) -> Message:
    """The whole file as one message. Raises CaffeError, with the line where the file is wrong."""
    try:
        if path.stat().st_size > _LARGEST:
            raise CaffeError(f"{path.name} is too large for a prototxt; is it the caffemodel?")
        return prototxt_of(path.read_bytes(), path.name)
    except OSError as error:
        raise CaffeError(f"Cannot read {path} ({error.strerror}); check the path.") from error


def prototxt_of(data: bytes, name: str) -> Message:
    """The same of a file's content; `name` is for the error. Raises CaffeError."""
    try:
        return parse(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise CaffeError(f"{name} is not a text; is it the caffemodel?") from error


def parse(text: str, name: str = "The prototxt") -> Message:
    """Raises CaffeError, with `name` and the line where the text is wrong."""
    return _Parser(text, name).all()


class _Parser:
    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._tokens = self._split(text)
        self._now = next(self._tokens)

    def all(self) -> Message:
        return self._fields("end", 0)

    def _fields(self, closing: str, depth: int) -> Message:
        """Fields up to the mark `closing` ("end": of the file), which is taken too."""
        if depth > _DEEPEST:
            raise self._wrong(f"braces {_DEEPEST} deep")
        message = Message()
        while (self._now.kind if closing == "end" else self._now.text) != closing:
            if self._now.kind != "word":
                raise self._wrong(self._shown(self._now), "a field's name")
            self._field(message, self._take().text, depth)
            if self._now.text in (",", ";"):
                self._take()
        if closing != "end":
            self._take()
        return message

    def _field(self, message: Message, name: str, depth: int) -> None:
        colon = self._now.text == ":" and self._now.kind == "mark"
        if colon:
            self._take()
        if colon and self._now.text == "[":
            self._take()
            while self._now.text != "]":
                message.add(name, self._value(depth, colon=True))
                if self._now.text == ",":
                    self._take()
                elif self._now.text != "]":
                    raise self._wrong(self._shown(self._now), "a comma or ]")
            self._take()
        else:
            message.add(name, self._value(depth, colon=colon))

    def _value(self, depth: int, *, colon: bool) -> Item:
        token = self._now
        if token.kind == "mark" and token.text in _CLOSING:
            self._take()
            return self._fields(_CLOSING[token.text], depth + 1)
        if not colon:
            raise self._wrong(self._shown(token), "a colon or a brace")
        if token.kind == "string":
            text = ""
            while self._now.kind == "string":  # strings side by side are one
                text += _unescaped(self._take().text[1:-1])
            return text
        if token.kind in ("number", "word"):
            return self._take().text
        raise self._wrong(self._shown(token), "a value")

    def _take(self) -> _Token:
        token = self._now
        self._now = next(self._tokens)
        return token

    def _split(self, text: str) -> Iterator[_Token]:
        position, line = 0, 1
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                self._now = _Token("", "", line)
                raise self._wrong(repr(text[position]))
            kind = str(match.lastgroup)
            if kind != "space":
                yield _Token(kind, match.group(), line)
            line += match.group().count("\n")
            position = match.end()
        while True:
            yield _Token("end", "", line)

    def _shown(self, token: _Token) -> str:
        return "the end" if token.kind == "end" else repr(token.text)

    def _wrong(self, found: str, expected: str = "") -> CaffeError:
        wanted = f" where {expected} is expected" if expected else ""
        return CaffeError(f"{self._name} is no valid prototxt: line {self._now.line} has {found}{wanted}.")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text, flags=re.DOTALL)
