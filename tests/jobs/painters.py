"""A stand-in for `precompute paint`: a script whose first word says how it behaves."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deepvis_app.jobs.painter import Painter
from deepvis_app.messages import Painting, PaintOrder, UnitRef
from deepvis_app.render.strips import pictures_in

SCRIPT = r'''
import base64, json, os, signal, struct, sys, time, zlib

TOTAL = 5

def tell(**event):
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

def png(*colours):
    """One row of 4 x 4 squares."""
    line = b"\0" + b"".join(bytes(colour) * 4 for colour in colours)
    header = struct.pack(">II5B", 4 * len(colours), 4, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(4 * line)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()

def picture(step, level=0, count=1, **more):
    values = [step + 0.5 * k for k in range(count)]
    tell(event="picture", step=step, total=TOTAL, value=values[-1], percentile=90.0 + step, values=values,
         png=png(*((10 * step, level, k) for k in range(count))), count=count, **more)

def started(**more):
    tell(event="start", job="paint", total=TOTAL, unit="steps", what="conv1:3", generator="dgn64-fc6", seed=7, **more)

def word():
    """The next line on standard input, "" for none, None for its end."""
    global text
    while b"\n" not in text:
        try:
            read = os.read(0, 4096)
        except BlockingIOError:
            return ""
        if not read:
            return None
        text += read
    line, _, text = text.partition(b"\n")
    return line.decode()

def good():
    """Red tells the step; green how many words it has heard."""
    os.set_blocking(0, False)
    started()
    step, heard, held, resting = 0, 0, False, False
    while True:
        said = word()
        if said is None:
            return
        if said:
            heard += 1
            held = said == "pause" or (held and said != "go")
            if said.startswith("from "):
                with open(said[5:], "rb") as file:
                    tell(event="note", text=f"from {len(file.read())} bytes")
            if said == "stop":
                tell(event="end", status="stopped", text="Stopped.")
                return
            if said == "unit conv1:99":
                tell(event="note", text="There is no unit 99.", heard=heard)
            elif said.split()[0] in ("unit", "method"):
                picture(step, 200)  # of the old one
                started(heard=heard)
                step, resting = 0, False
            if said in ("poke", "again") or said.startswith("from "):
                step, resting = 0, False
        elif held or resting:
            time.sleep(0.005)
        elif step < TOTAL:
            step += 1
            picture(step, heard, count=int(sys.argv[sys.argv.index("--pictures") + 1])
                    if "--pictures" in sys.argv else 1)
            time.sleep(0.01)
        else:
            tell(event="resting")
            resting = True

def dies():
    started()
    picture(2)
    sys.stderr.write("RuntimeError: the memory ran out\n")
    sys.stderr.flush()
    os._exit(9)

def refuses():
    tell(event="end", status="failed", text="There is no layer conv9.")
    sys.exit(1)

def silent():
    sys.exit(3)

def floods():
    started()
    step = 0
    while True:
        step += 1
        picture(step % 25)

def garbage():
    os.write(1, b"\xff\x00 no utf-8 {\n{broken\n[1]\n\n" + b"x" * (18 << 20) + b"\n")
    for event in ('{"event": 7}', '["event"]', "{" * 50_000, '{"event": "picture"}', '{"event": "end", "status": 4',
                  '{"event": "picture", "png": "no base64!", "count": 1}',
                  '{"event": "picture", "png": "aGVsbG8=", "count": -3, "step": "many", "values": 3, "value": NaN}',
                  '{"event": "start", "total": null, "seed": true, "generator": 9}'):
        print(event, flush=True)
    tell(event="picture", step=1e400, total=-1, value="high", percentile=None, values=[1],
         png=png((1, 2, 3), (4, 5, 6)), count=2)
    time.sleep(60)

def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(60)

def late():
    """Listens only when there is a file called listen."""
    while not os.path.exists("listen"):
        time.sleep(0.005)
    said = []
    while not said or said[-1] != "again":
        said.append(word())
    tell(event="note", text=f"{said.count('poke')} of {len(said)}")
    time.sleep(60)

def closes():
    """Its output ends, and it stays."""
    started()
    os.close(1)
    os.close(2)
    time.sleep(60)

text = b""
globals()[sys.argv[1]]()
'''


def order(*words: str, unit: int = 3, second: int | None = None) -> PaintOrder:
    ref = UnitRef("conv1", unit)
    other = None if second is None else UnitRef("conv1", second)
    return PaintOrder("0", ref, f"conv1:{unit}", "dgn-am", ("paint", *words), other)


def turnable(unit: int, method: str = "dgn-am", generator: str = "") -> PaintOrder:
    """An order that a child of another one can be turned to, unless it has another generator."""
    lines = f"method {method}", f"unit conv1:{unit}"
    return replace(order(unit=unit), method=method, fixed=("paint", generator), lines=lines)


@contextmanager
def painter(folder: Path, behaviour: str) -> Iterator[Painter]:
    """With the stand-in; what it has started is gone at the end."""
    made = Painter(pictures_in, command(folder, behaviour), folder)
    try:
        yield made
    finally:
        assert made.stop(10)


def command(folder: Path, behaviour: str) -> tuple[str, ...]:
    """The words that start the stand-in."""
    script = folder / "painter.py"
    script.write_text(SCRIPT)
    return sys.executable, str(script), behaviour


def until(made: Painter, reached: Callable[[Painting], bool], seconds: float = 30.0) -> Painting:
    """The first look that is so."""
    end = time.monotonic() + seconds
    look: Painting | None = None
    while time.monotonic() < end:
        look = made.take() or look
        if look is not None and reached(look):
            return look
        time.sleep(0.005)
    raise AssertionError(look)
