from __future__ import annotations

import os
import time

from precompute.painting.words import Words


def until_over(words: Words) -> bool:
    ends = time.monotonic() + 5
    while not words.over and time.monotonic() < ends:
        words.wait(0.1)
    return words.over


def test_lines_come_one_by_one_however_they_are_cut() -> None:
    read, write = os.pipe()
    with Words(read) as words:
        os.write(write, b"poke\nfrom /a b.p")
        os.write(write, b"ng\n\nlast")
        found: list[str] = []
        ends = time.monotonic() + 5
        while len(found) < 2 and time.monotonic() < ends:
            words.wait(0.1)
            if (word := words.take()) is not None:
                found.append(word)
        assert found == ["poke", "from /a b.png"]
        assert not words.over
        os.close(write)
        assert until_over(words)
        assert words.take() is None
    os.close(read)


def test_words_that_came_before_the_end_are_still_heard() -> None:
    read, write = os.pipe()
    os.write(write, b"stop\n")
    os.close(write)
    with Words(read) as words:
        ends = time.monotonic() + 5
        while (word := words.take()) is None and time.monotonic() < ends:
            words.wait(0.1)
        assert word == "stop"
        assert until_over(words)
    os.close(read)


def test_words_that_follow_are_known_before_they_are_taken() -> None:
    read, write = os.pipe()
    os.write(write, b"unit a:1\nunited\npoke\n")
    with Words(read) as words:
        ends = time.monotonic() + 5
        while not words.follows("poke") and time.monotonic() < ends:
            words.wait(0.1)
        assert words.take() == "unit a:1"
        assert not words.follows("unit")
        assert words.follows("poke")
        os.close(write)
    os.close(read)
