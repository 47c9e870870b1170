"""The window without a screen: render it once, save it, tell what was computed."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QEventLoop, QTimer

from deepvis_app.app import Program, Start, application, build
from deepvis_app.arguments import Options
from deepvis_app.messages import UnitPicture
from deepvis_app.session import UnknownNameError, View, named_unit
from deepvis_app.starting import UsageError

PATIENCE_MS = 120_000  # a large network on one core, its weights read from a cold disk
POLL_MS = 20
SETTLE_MS = 300  # two ticks of the slow timer's text and the last painting
DEFAULT_SIZE = (1280, 800)


class ScreenshotError(RuntimeError):
    """The picture could not be made; the message says why."""


def take(start: Start, options: Options) -> str:
    """Write the picture, if one was asked for; the JSON text, or "".

    Raises UsageError for a model, layer or unit that does not exist, ScreenshotError for everything else.
    """
    qt = application()  # kept: PyQt would delete it with its last reference
    program = build(start, remember=False)
    try:
        program.window.resize(*(options.size or DEFAULT_SIZE))
        program.window.show()
        view = _wait(program, options.frames)
        _check_names(start, view)
        if options.screenshot is not None:
            _pause(SETTLE_MS)
            _save(program, options.screenshot)
        return json.dumps(_finite(described(view)), indent=1) if options.as_json else ""
    finally:
        program.window.close()
        program.stop()
        del qt


def described(view: View) -> dict[str, Any]:
    """What was computed, in numbers and words."""
    result, model = view.result, view.model
    assert result is not None
    assert model is not None
    layer = model.layer(result.request.layer)
    unit, heat = result.unit, result.heat
    return {
        "model": model.choice.name,
        "title": model.title,
        "weights": model.weights,
        "fingerprint": model.fingerprint,
        "device": model.device,
        "source": view.source.title,
        "frame": {"name": result.frame.name, "size": list(result.frame.rgb.shape[:2])},
        "layer": layer.name,
        "shape": list(layer.shape),
        "receptive_field": asdict(layer.receptive_field) if layer.receptive_field else None,
        "unit": result.request.unit,
        "class": model.label(result.request.unit) if layer.is_class_layer else None,
        "value": unit.maximum if unit else None,
        "value_at": list(unit.maximum_at) if unit else None,
        "top5": [asdict(score) for score in result.scores],
        "method": heat.method if heat else "off",
        "origin": str(heat.origin) if heat else None,
        "relus_intercepted": heat.intercepted if heat else None,
        "relus": heat.rectifiers if heat else None,
        "note": heat.note if heat else "",
        "pictures": {kind: len(found) for kind, found in view.pictures.pictures.items()}
        if view.pictures
        else {},
        "best": {kind: _told(found[0]) for kind, found in view.pictures.pictures.items() if found}
        if view.pictures
        else {},
        "percentile": _percentile(view),
        "timing_ms": asdict(result.timing),
        "fps": round(view.fps, 1),
    }


def _told(picture: UnitPicture) -> dict[str, Any]:
    """What is known of a picture in numbers; what programs alone read is left out."""
    facts = picture.facts
    more = {name: value for name, value in facts.more.items() if name != "code"}
    return {
        "score": picture.score,
        "activation": facts.activation,
        "percentile": facts.percentile,
        "seed": facts.seed,
        **more,
    }


def _percentile(view: View) -> float | None:
    """Where the unit's value lies among its largest values in the images of its statistics, in 0..100."""
    stats, unit = view.pictures.stats if view.pictures else None, view.result.unit if view.result else None
    return stats.percentile(unit.maximum) if stats is not None and unit is not None else None


def _finite(told: Any) -> Any:
    """JSON knows no NaN and no infinity: null."""
    if isinstance(told, dict):
        return {key: _finite(value) for key, value in told.items()}
    if isinstance(told, list):
        return [_finite(value) for value in told]
    return None if isinstance(told, float) and not math.isfinite(told) else told


def _wait(program: Program, frames: int) -> View:
    """Run the window until it has shown the wanted number of frames; a still picture has only one."""
    seen: set[int] = set()
    loop = QEventLoop()
    failed: list[str] = []

    def look() -> None:
        view = program.session.view
        frame = view.result.frame if view.fresh and view.result is not None and _read(view) else None
        if frame is not None:
            seen.add(frame.index)
        problem = _problem(program)
        if problem:
            failed.append(problem)
        last = frame is not None and (frame.still or view.source.state == "ended" or len(seen) >= frames)
        if problem or last:
            loop.quit()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(POLL_MS)
    QTimer.singleShot(PATIENCE_MS, loop.quit)
    loop.exec()
    timer.stop()
    if failed:
        if program.session.view.model is None:
            raise UsageError(failed[0])
        raise ScreenshotError(failed[0])
    if not program.session.view.fresh:
        raise ScreenshotError(f"nothing was computed within {PATIENCE_MS // 1000} s")
    return program.session.view


def _read(view: View) -> bool:
    """Whether the atlases have answered for what is selected."""
    return view.pictures is not None and (not view.state.pattern or view.pattern is not None)


def _problem(program: Program) -> str:
    """Why no picture will come, or ""."""
    view = program.session.view
    if view.source.state == "failed":
        return view.source.message
    if view.model is None and view.loading is None and view.notice:
        return view.notice
    return view.result.error if view.result is not None and view.fresh else ""


def _check_names(start: Start, view: View) -> None:
    assert view.model is not None
    try:
        named_unit(view.model, start.state.layer, start.state.unit)
    except UnknownNameError as error:
        raise UsageError(str(error)) from error


def _pause(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _save(program: Program, path: Path) -> None:
    if not program.window.grab().save(str(path), "PNG"):
        raise ScreenshotError(f"{path} cannot be written; does the folder exist, and may you write there?")
