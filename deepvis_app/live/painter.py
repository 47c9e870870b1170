"""From the tensors of one pass to the pictures of a result: mosaics, the selected unit, the backward picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import torch

from deepvis_app.attribution import Attribution
from deepvis_app.live import mosaic as tiles
from deepvis_app.messages import (
    U8,
    GridContent,
    Heat,
    LayerInfo,
    ModelInfo,
    Mosaic,
    Request,
    UnitView,
    frozen,
)
from deepvis_app.models.layers import as_maps
from deepvis_app.render.grid import lay_out
from deepvis_app.render.views import VIEWS, blurred, strength

FALL = 0.1  # per frame: how fast a layer's range follows when values get smaller; it rises at once
OVERVIEW_PANE = (320, 320)  # room for each layer's mosaic in the overview
_RangeKey = tuple[str, GridContent, float]


@dataclass
class Ranges:
    """The top of each layer's scale, smoothed over frames so that tiles do not flicker."""

    tops: dict[_RangeKey, float] = field(default_factory=dict)

    def top(self, key: _RangeKey, now: float, *, advance: bool) -> float:
        """Rises at once, so that nothing is ever cut off; falls slowly. `advance` only once per frame."""
        before = self.tops.get(key, now)
        smoothed = max(now, before + FALL * (now - before) if advance else before)
        self.tops[key] = smoothed
        return smoothed


@dataclass(frozen=True)
class Scaled:
    """A layer's maps, and what turns their values into colour numbers."""

    maps: torch.Tensor  # (C, h, w) float32 on the device
    factors: torch.Tensor | None  # the individual boost, (C, 1, 1)
    top: float
    strange: int  # how many values are NaN or infinite; they are left out of factors and top


@dataclass(frozen=True)
class Painter:
    """Everything that is drawn of one pass; a layer's scale is made once, and moves on once per frame."""

    info: ModelInfo
    request: Request
    activations: dict[str, torch.Tensor]
    gradients: dict[str, torch.Tensor]
    ranges: Ranges
    new_frame: bool
    _scaled: dict[tuple[str, GridContent], Scaled] = field(default_factory=dict)
    _drawn: dict[tuple[str, GridContent], U8] = field(default_factory=dict)

    def scaled(self, layer: LayerInfo, content: GridContent) -> Scaled | None:
        """None where the layer did not run, or the backward signal does not reach it."""
        found = (self.activations if content == "forward" else self.gradients).get(layer.name)
        if found is None:
            return None
        key = (layer.name, content)
        if key not in self._scaled:
            self._scaled[key] = self._scale(layer, as_maps(layer, found).float(), content)
        return self._scaled[key]

    def mosaic(
        self, layer: LayerInfo, content: GridContent, pane: tuple[int, int], *, whole: bool = False
    ) -> Mosaic | None:
        """All units of a layer; where they would be specks it is higher than the pane, unless `whole`."""
        found = self.scaled(layer, content)
        if found is None:
            return None
        grid = lay_out(layer.units, layer.map_shape, pane, whole=whole)
        if layer.map_shape == (1, 1):
            drawn = tiles.squares(self._numbers(layer, content, found), grid.tile)
        elif grid.tile == layer.map_shape:
            drawn = self._numbers(layer, content, found)
        else:
            drawn = self._number(tiles.fit(found.maps, grid.tile), found.factors, found)
        order = tiles.display_order(layer, found.maps, self.request.order, self.info.labels)
        if order is None:
            order = np.arange(layer.units, dtype=np.int32)
        else:
            drawn = drawn[order]
        return Mosaic(layer.name, grid, tiles.compose(drawn, grid), frozen(order), found.top, content)

    def overview(self) -> tuple[Mosaic, ...]:
        """The mosaics of all layers that can be shown."""
        made = (
            self.mosaic(layer, self.request.grid, OVERVIEW_PANE, whole=True)
            for layer in self.info.layers
            if layer.units
        )
        return tuple(mosaic for mosaic in made if mosaic is not None)

    def unit(self, layer: LayerInfo) -> UnitView | None:
        """The selected unit's activations, on the same scale as its tile in the forward grid."""
        found = self.scaled(layer, "forward")
        if found is None:
            return None
        unit = self.request.unit
        chosen = found.maps[unit]
        if (layer.name, "forward") in self._drawn:
            drawn = self._drawn[layer.name, "forward"][unit]
        else:
            drawn = self._number(chosen, None if found.factors is None else found.factors[unit], found)
        values = chosen.cpu().numpy()
        peak = divmod(int(values.argmax()), values.shape[1])
        return UnitView(
            ref=self.request.shown_unit(),
            values=frozen(values.copy()),
            pixels=frozen(drawn.copy()),
            maximum=float(values[peak]),
            maximum_at=peak,
        )

    def strange_values(self, layer: LayerInfo) -> tuple[str, ...]:
        """A sentence if the layer's shown values are not all finite numbers."""
        found = self.scaled(layer, self.request.grid)
        if found is None or not found.strange:
            return ()
        return (
            f"{found.strange} of {found.maps.numel()} values of {layer.alias} are NaN or infinite: check the weights.",
        )

    def _scale(self, layer: LayerInfo, maps: torch.Tensor, content: GridContent) -> Scaled:
        scale, strange = self.request.scale, 0
        factors = tiles.boost_factors(maps, scale.boost)
        top = tiles.top_of(maps, factors)
        if not math.isfinite(top):  # what is NaN or infinite shows here, and only then is it looked for
            strange = int((~maps.isfinite()).sum())
            finite = maps.nan_to_num(0, 0, 0)
            factors = tiles.boost_factors(finite, scale.boost)
            top = tiles.top_of(finite, factors)
        if scale.range_policy == "layer":
            key = (layer.name, content, scale.boost)
            top = self.ranges.top(key, top, advance=self.new_frame)
        return Scaled(maps, factors, top, strange)

    def _numbers(self, layer: LayerInfo, content: GridContent, found: Scaled) -> U8:
        """All units' colour numbers in the maps' own resolution; made once."""
        key = (layer.name, content)
        if key not in self._drawn:
            self._drawn[key] = self._number(found.maps, found.factors, found)
        return self._drawn[key]

    def _number(self, maps: torch.Tensor, factors: torch.Tensor | None, found: Scaled) -> U8:
        """Colour numbers on the host; NaN is background, because it has no place on the scale."""
        gamma = self.request.scale.gamma
        if not found.strange:
            return tiles.numbers(maps, factors, found.top, gamma)
        level = maps if factors is None else maps * factors
        drawn = tiles.numbers(level.clamp(-found.top, found.top), None, found.top, gamma)
        drawn[maps.isnan().cpu().numpy()] = 0
        return drawn


def heat_picture(attribution: Attribution, request: Request, picture: U8) -> Heat:
    """The backward signal at the input, drawn the way the request asks for."""
    signal, note = attribution.heat.float().cpu().numpy(), attribution.note
    peak = float(np.abs(signal).max())
    if not math.isfinite(peak):
        signal, peak = np.zeros_like(signal), 0.0
        note = "no picture because the backward signal is NaN or infinite: check the weights"
    if peak and not 1e-9 < peak < 1e9:  # every view scales by itself; squares must stay within float32
        signal = signal / peak
    return Heat(
        method=attribution.label,
        origin=request.seed_unit(),
        picture=frozen(VIEWS[request.view].draw(signal, picture)),
        strength=frozen(blurred(strength(signal))) if request.overlay else None,
        intercepted=attribution.intercepted,
        rectifiers=attribution.rectifiers,
        note=note,
        empty=peak == 0,
    )
