"""The engine: newest frame x newest request -> newest result, on one thread of its own. Runs without a window."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import torch

from deepvis_app.attribution import SupersededError
from deepvis_app.live.records import Records
from deepvis_app.live.step import Memo, Prepared, prepare, step
from deepvis_app.mailbox import LatestSlot, Worker
from deepvis_app.messages import Frame, ModelAnswer, ModelChoice, Request, Result
from deepvis_app.models import ModelError
from deepvis_app.models.loaded import LoadedModel

_log = logging.getLogger(__name__)
Step = Callable[[LoadedModel, Frame, Request, Memo, Callable[[], bool]], Result]


class Engine:
    """`put` frames and `submit` requests from any thread; `take` the newest result.

    A still picture is computed once per (frame, request). An exception in a step becomes `Result.error` and the
    engine goes on; a model that cannot be loaded leaves the old one running.
    """

    def __init__(self, loader: Callable[[ModelChoice], LoadedModel], step: Step = step) -> None:
        self._loader, self._step = loader, step
        self._frame: Frame | None = None
        self._request: Request | None = None
        self._model: LoadedModel | None = None
        self._memo = Memo()
        self._prepared: Prepared | None = None
        self._records = Records()
        self._done: tuple[int, int] | None = None
        self._logged = ""
        self._choices: LatestSlot[ModelChoice] = LatestSlot()
        self._something: LatestSlot[bool] = LatestSlot()
        self._results: LatestSlot[Result] = LatestSlot()
        self._models: LatestSlot[ModelAnswer] = LatestSlot()
        self._worker = Worker("deepvis-engine", self._turn, self._something.close)

    def start(self) -> None:
        self._worker.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """End the thread; False when a step was still running after `timeout` seconds."""
        return self._worker.stop(timeout)

    def put(self, frame: Frame) -> None:
        """Frames come from the capture thread, which prepares them while the engine is still at the last one."""
        model, request = self._model, self._request
        if model is not None and request is not None:
            with suppress(Exception):  # the step meets the same error, and tells it
                self._prepared = prepare(model, frame, request.crop)
        self._frame = frame
        self._something.put(True)

    def submit(self, request: Request) -> None:
        self._request = request
        self._something.put(True)

    def load(self, choice: ModelChoice) -> None:
        self._choices.put(choice)
        self._something.put(True)

    def take(self, timeout: float = 0) -> Result | None:
        return self._results.take(timeout)

    def take_model(self, timeout: float = 0) -> ModelAnswer | None:
        return self._models.take(timeout)

    def _turn(self) -> None:
        if self._something.take(timeout=0.5) is None:
            return
        choice = self._choices.take()
        if choice is not None:
            self._load(choice)
        model, frame, request = self._model, self._frame, self._request
        if model is None or frame is None or request is None:
            return
        # A request is answered once per frame: a still picture costs nothing until something changes.
        if self._done == (frame.index, request.generation):
            return
        answer = self._answer(model, frame, request)
        if answer is not None:
            self._results.put(answer)
            self._done = (frame.index, request.generation)

    def _answer(self, model: LoadedModel, frame: Frame, request: Request) -> Result | None:
        """None when a newer wish came while a slow method was at work."""

        def wanted() -> bool:
            return self._request is request and not self._choices.waiting and not self._worker.stopping

        self._memo.prepared = self._prepared
        try:
            result = self._step(model, frame, request, self._memo, wanted)
            return self._records.follow(model.info, result, self._memo.last)
        except SupersededError:
            return None
        except torch.cuda.OutOfMemoryError:
            return self._after_out_of_memory(model, frame, request)
        except BaseException as error:  # noqa: BLE001  a stranger's network may raise anything, SystemExit as well
            self._memo = Memo()
            sentence = f"{request.layer}: {_sentence(error)}"
            if sentence != self._logged:  # a broken network fails with every frame of a stream
                _log.warning("step failed", exc_info=True)
                self._logged = sentence
            return Result(frame, request, error=sentence)

    def _after_out_of_memory(self, model: LoadedModel, frame: Frame, request: Request) -> Result:
        """Carry on on the CPU; the window is told by a model answer as after any change of device."""
        self._memo = Memo()
        if model.device.type == "cpu":
            return Result(frame, request, error="Out of memory; choose a smaller network or another layer.")
        torch.cuda.empty_cache()
        self._load(replace(model.info.choice, device="cpu"))
        return Result(
            frame, request, error=f"{model.device} is out of memory: computing on the CPU from now on."
        )

    def _load(self, choice: ModelChoice) -> None:
        try:
            loaded = self._loader(choice)
        except ModelError as error:
            self._models.put(ModelAnswer(choice, error=str(error)))
        except BaseException as error:  # noqa: BLE001  see above
            _log.warning("loading %s failed", choice.name, exc_info=True)
            self._models.put(ModelAnswer(choice, error=f"{choice.name} cannot be loaded: {_sentence(error)}"))
        else:
            # The old request speaks of the old network's layers.
            self._model, self._request, self._memo, self._done = loaded, None, Memo(), None
            self._prepared = None  # holds the old network as well
            self._models.put(ModelAnswer(choice, info=loaded.info))


def _sentence(error: BaseException) -> str:
    first_line = (str(error).strip() or "no message").splitlines()[0]
    return f"{type(error).__name__}: {first_line}"
