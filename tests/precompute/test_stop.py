from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from precompute.stop import Stop


def until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 2
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.005)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_breaks_off(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(number)
    with Stop() as stop:
        assert not stop.wait()
        signal.raise_signal(number)
        assert stop.asked
        assert stop.wait()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) is before
    assert "Stopping" in capsys.readouterr().err


def test_lines_pause_let_go_and_stop() -> None:
    read, write = os.pipe()
    passed = []
    with Stop(read) as stop:
        os.write(write, b"pause\n")
        until(lambda: not stop._go.is_set())
        waiting = threading.Thread(target=lambda: passed.append(stop.wait()))
        waiting.start()
        time.sleep(0.1)
        assert passed == []
        os.write(write, b"g")
        os.write(write, b"o\nnonsense\n")
        waiting.join(2)
        assert passed == [False]
        os.write(write, b"stop\n")
        until(lambda: stop.asked)
        os.close(write)
    until(lambda: not any(t.name == "deepvis-commands" for t in threading.enumerate()))
    os.close(read)


def test_a_paused_job_can_be_stopped() -> None:
    stop = Stop()
    stop._obey(b"pause")
    stop._obey(b"stop")
    assert stop.wait()


def test_the_end_of_standard_input_means_nothing() -> None:
    read, write = os.pipe()
    os.close(write)
    with Stop(read) as stop:
        time.sleep(0.1)
        assert not stop.asked
    until(lambda: not any(t.name == "deepvis-commands" for t in threading.enumerate()))
    os.close(read)
