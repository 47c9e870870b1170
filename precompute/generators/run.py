"""One training run from start or checkpoint to the end: what is written and measured on the way."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from precompute.generators.encoder import Encoder
from precompute.generators.losses import mean_of
from precompute.generators.report import Quality, measure
from precompute.generators.sheet import write_sheet
from precompute.generators.training import Step, Trainer
from precompute.progress import Progress
from precompute.stop import Stop

SHOWN = 36  # pictures on a sheet
MEASURED = 1000  # held-out pictures on the way; at the end, all
RECENT = 50  # batches whose mean losses are told


@dataclass(frozen=True)
class Places:
    """Where a run writes, and how often it does so, in seconds."""

    checkpoint: Path
    sheets: Path
    save_every: float = 180.0
    look_every: float = 600.0


def train(trainer: Trainer, encoder: Encoder, held_out: torch.Tensor, places: Places,
          progress: Progress, stop: Stop) -> bool:  # fmt: skip
    """Go on to the recipe's last picture; False when it was stopped before. A stop is saved, a kill loses minutes.

    Raises CheckpointError, OSError.
    """
    if places.checkpoint.is_file():
        trainer.restore(places.checkpoint)
    recent: deque[Step] = deque(maxlen=RECENT)
    batch = trainer.recipe.batch
    progress.start(trainer.recipe.pictures, "pictures", "training", done=trainer.seen)
    saved = looked = time.monotonic()
    while not trainer.done:
        recent.append(trainer.step())
        progress.advance(batch, _in_words(recent))
        stopped = stop.wait()
        now = time.monotonic()
        if now - looked > places.look_every:
            look(trainer, encoder, held_out, places, progress)
            looked = now
        if stopped or now - saved > places.save_every:
            trainer.save(places.checkpoint)
            saved = now
        if stopped:
            return False
    trainer.save(places.checkpoint)
    return True


def look(
    trainer: Trainer, encoder: Encoder, held_out: torch.Tensor, places: Places, progress: Progress
) -> Quality:
    """Measure the averaged generator, write a sheet, and remember both in the run's history."""
    quality = measure(trainer.averaged, encoder, held_out[:MEASURED])
    trainer.history.append({"seen": trainer.seen, **asdict(quality)})
    progress.note(f"{trainer.seen} pictures: {quality.in_words()}")
    write_sheet(places.sheets / f"sheet-{trainer.seen:08d}.png", trainer.averaged, encoder, held_out[:SHOWN])
    return quality


def _in_words(recent: deque[Step]) -> str:
    """Mean losses of the last batches."""
    last = recent[-1]
    maps = "/".join(f"{mean_of([step.maps[i] for step in recent]):.3f}" for i in range(len(last.maps)))
    words = f"image {mean_of([s.image for s in recent]):.4f} maps {maps} code {mean_of([s.code for s in recent]):.3f}"
    if last.ratio is not None:
        words += f" adversary {last.against:.2f} ratio {last.ratio:.2f}"
    return f"{words} rate {last.rate:.1e}"
