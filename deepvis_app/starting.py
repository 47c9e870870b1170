"""From the command line, the settings and what was remembered to what the program starts with, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from deepvis_app import app
from deepvis_app.app import Start
from deepvis_app.arguments import Options
from deepvis_app.attribution import METHODS
from deepvis_app.config import (
    AppConfig,
    State,
    load_config,
    load_state,
    needs_asking,
    save_state,
    trust,
)
from deepvis_app.live.sources import SourceError, spec_for
from deepvis_app.messages import ModelChoice, SourceSpec
from deepvis_app.render.views import VIEWS
from deepvis_app.session import View, ViewState
from deepvis_app.words import nearest


class UsageError(ValueError):
    """Words on the command line that cannot be meant; the message names the nearest that can."""


@dataclass(frozen=True)
class Starting:
    """What to start with, and the remembered state that the end of the run is written into."""

    start: Start
    state: State

    def run(self) -> int:
        """Run the window; 0."""
        remembered = [self.state]

        def trusted(choice: ModelChoice) -> None:
            remembered[0] = trust(remembered[0], choice.name)

        last = app.run(self.start, trusted)
        save_state(_remember(remembered[0], last))
        return 0


def starting(options: Options, *, remembered: bool = True) -> Starting:
    """Work out what to start with: the command line, then what was remembered, then the settings.

    Raises UsageError. With `remembered` off, what was used last time does not count (for screenshots).
    """
    config, sentences = load_config(options.config)
    state, more = load_state() if remembered else (State(), ())
    model = _model(options, config, state)
    ask_first = None
    if needs_asking(model.name, options.model is not None, state):
        model, ask_first = ModelChoice(AppConfig().model, device=model.device), model
    start = Start(
        model=model,
        source=_source(options, config, state),
        state=_view_state(options, config),
        camera=SourceSpec("camera", str(config.camera)),
        theme=options.theme or (config.theme if config.theme != AppConfig().theme else None),
        threads=config.threads,
        ask_first=ask_first,
        sentences=(*sentences, *more),
    )
    return Starting(start, state)


def _model(options: Options, config: AppConfig, state: State) -> ModelChoice:
    base = ModelChoice(config.model, config.weights, config.device)
    if options.model is not None:
        base = ModelChoice(options.model, device=config.device)
    elif state.model is not None:
        base = state.model
    chosen = replace(
        base,
        weights=options.weights or base.weights,
        device=options.device or base.device,
        mean=options.mean or base.mean,
        labels=options.labels or base.labels,
    )
    return chosen.absolute()


def _source(options: Options, config: AppConfig, state: State) -> SourceSpec:
    if options.source is not None:
        try:
            return spec_for(options.source)
        except SourceError as error:
            raise UsageError(str(error)) from error
    if state.source is not None:
        return state.source
    target = config.target or (str(config.camera) if config.source == "camera" else "")
    return SourceSpec(config.source, target)


def _view_state(options: Options, config: AppConfig) -> ViewState:
    method = options.method or "off"
    _known("method", method, ("off", *METHODS))
    view = options.view or ViewState().back_view
    _known("view", view, VIEWS)
    return ViewState(
        layer=options.layer or config.layer,
        unit=options.unit or 0,
        method=method,
        back_view=view,
        overview=options.overview,
        pattern=options.pattern,
        mirror=config.mirror,
    )


def _known(kind: str, name: str, names: Iterable[str]) -> None:
    listed = list(names)
    if name not in listed:
        raise UsageError(f"there is no {kind} {name!r}; the nearest are {nearest(name, listed)}.")


def _remember(state: State, last: View) -> State:
    """What ran at the end; an address with a password in it is not written to disk."""
    model = last.model.choice if last.model is not None else state.model
    source = last.source.spec or state.source
    if source is not None and urlsplit(source.target).password is not None:
        source = state.source
    return replace(state, model=model, source=source)
