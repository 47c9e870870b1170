"""How a painting may begin: from noise, from a picture, with which preset and generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deepvis_app.messages import F32, U8
from deepvis_app.models import LoadedModel
from deepvis_app.render.pictures import read_picture
from precompute.generators.topology import AnyGenerator
from precompute.precision import half_is_fast
from precompute.synthesis.maker import Wish
from precompute.synthesis.natural import Card, identity, preset_for, start_code
from precompute.synthesis.objectives import AUTO
from precompute.synthesis.presets import DEFAULT, DGN, DGN_START, PRESETS, Preset

_NOISE = 0.3  # standard deviations, where several pictures begin at one code


@dataclass
class Starts:
    """Gives the wish for every beginning; `generator` is None where pixels are painted."""

    model: LoadedModel
    generator: AnyGenerator | None
    card: Card
    preset: str | None  # None: by the start
    steps: int | None
    seeds: tuple[int, ...]
    gamma: float
    scales: Mapping[int, float]
    first: U8 | F32 | None = None

    @property
    def facts(self) -> dict[str, object]:
        """What is told of a beginning."""
        named = {} if self.generator is None else {"generator": identity(self.generator, self.card)["name"]}
        return {**named, "preset": self._preset_name(), "seed": self.seeds[0]}

    def wish(self, start: Path | None = None) -> Wish:
        """As the last one, or from the picture in that file. Raises GeneratorError and PictureError."""
        if start is not None:
            self.first = self._read(start)
        return Wish(
            self._preset(),
            self.seeds,
            AUTO if self.generator is not None else "centre",
            first=self.first,
            half=half_is_fast(self.model.device),
            generator=self.generator,
            gamma=self.gamma,
            scales=self.scales,
        )

    def again(self) -> Wish:
        """The same start with seeds that were not seen yet."""
        after = self.seeds[-1] + 1
        self.seeds = tuple(range(after, after + len(self.seeds)))
        return self.wish()

    def _read(self, path: Path) -> U8 | F32:
        if self.generator is None:
            return self.model.preprocess.pixels(read_picture(path))
        return start_code(path, self.generator, self.card, self.model)

    def _preset_name(self) -> str:
        if self.generator is None:
            return self.preset or DEFAULT
        return self.preset or (DGN if self.first is None else DGN_START)

    def _preset(self) -> Preset:
        name = self._preset_name()
        preset = PRESETS[name] if self.generator is None else preset_for(name, self.model, self.card)
        several = self.first is not None and self.generator is not None and len(self.seeds) > 1
        noise = _NOISE if several and not preset.noise else preset.noise
        return replace(preset, steps=self.steps or preset.steps, noise=noise)
