"""From the tensors of one pass to the pictures of a result: mosaics, the selected unit, the backward picture."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    Score,
    UnitView,
    frozen,
)
from deepvis_app.models.layers import as_maps
from deepvis_app.render.grid import lay_out
from deepvis_app.render.views import VIEWS, blurred, strength

TOP_SCORES = 5
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
class Painter:
    """Everything that is drawn of one pass; `maps` of a layer are made once."""

    info: ModelInfo
    request: Request
    activations: dict[str, torch.Tensor]
    gradients: dict[str, torch.Tensor]
    ranges: Ranges
    new_frame: bool

    def maps(self, layer: LayerInfo, content: GridContent) -> torch.Tensor | None:
        """(C, h, w) float32 on the device; None where the backward signal does not reach the layer."""
        found = (self.activations if content == "forward" else self.gradients).get(layer.name)
        return None if found is None else as_maps(layer, found).detach().float()

    def mosaic(
        self, layer: LayerInfo, content: GridContent, pane: tuple[int, int], *, whole: bool = False
    ) -> Mosaic | None:
        """All units of a layer; where they would be specks it is higher than the pane, unless `whole`."""
        maps = self.maps(layer, content)
        if maps is None:
            return None
        factors, top = self._range(layer, maps, content)
        grid = lay_out(layer.units, layer.map_shape, pane, whole=whole)
        fitted = tiles.fit(maps, grid.tile)
        drawn = tiles.numbers(fitted, factors, top, self.request.scale.gamma)
        order = tiles.display_order(layer, maps, self.request.order, self.info.labels)
        if self.request.order != "index":
            drawn = drawn[order.to(drawn.device)]
        return Mosaic(layer.name, grid, tiles.compose(drawn, grid), frozen(order.int().numpy()), top, content)

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
        maps = self.maps(layer, "forward")
        if maps is None:
            return None
        factors, top = self._range(layer, maps, "forward")
        unit = self.request.unit
        chosen = maps[unit : unit + 1]
        drawn = tiles.numbers(
            chosen, None if factors is None else factors[unit : unit + 1], top, self.request.scale.gamma
        )
        values = chosen[0].cpu().numpy()
        peak = divmod(int(values.argmax()), values.shape[1])
        return UnitView(
            ref=self.request.shown_unit(),
            values=frozen(values.copy()),
            pixels=frozen(drawn[0].cpu().numpy().copy()),
            maximum=float(values[peak]),
            maximum_at=peak,
        )

    def _range(
        self, layer: LayerInfo, maps: torch.Tensor, content: GridContent
    ) -> tuple[torch.Tensor | None, float]:
        scale = self.request.scale
        factors = tiles.boost_factors(maps, scale.boost)
        top = tiles.top_of(maps, factors)
        if scale.range_policy == "layer":
            key = (layer.name, content, scale.boost)
            top = self.ranges.top(key, top, advance=self.new_frame)
        return factors, top


def heat_picture(attribution: Attribution, request: Request, picture: U8) -> Heat:
    """The backward signal at the input, drawn the way the request asks for."""
    signal = attribution.heat.float().cpu().numpy()
    return Heat(
        method=attribution.label,
        origin=request.seed_unit(),
        picture=frozen(VIEWS[request.view].draw(signal, picture)),
        strength=frozen(blurred(strength(signal))),
        intercepted=attribution.intercepted,
        rectifiers=attribution.rectifiers,
        note=attribution.note,
        empty=not bool(signal.any()),
    )


def top_scores(info: ModelInfo, output: torch.Tensor) -> tuple[Score, ...]:
    """The best classes of an output (1, K), as probabilities; nothing for a network without a class vector.

    An output that is a distribution already is taken as it is; a single output is a logit of "yes".
    """
    if output.ndim != 2:
        return ()
    row = output[0].detach().float()
    if row.numel() == 1:
        return (Score(0, info.label(0), float(row.sigmoid())),)
    is_distribution = bool(row.min() >= 0) and abs(float(row.sum()) - 1) < 1e-3
    best = (row if is_distribution else row.softmax(0)).topk(min(TOP_SCORES, row.numel()))
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return tuple(Score(index, info.label(index), value) for index, value in pairs)
