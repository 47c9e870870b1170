"""Gradient blur: high frequencies are taken out of each step, not out of the picture."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from precompute.synthesis.priors.base import Moment, Prior, demand
from precompute.synthesis.priors.blur import SMALLEST_SCALE, gaussian_blur


@dataclass(frozen=True)
class GradientBlur(Prior):
    """g <- GaussianBlur(g, width) at each step, so edges that are there stay.

    Oygard 2015, "Visualizing GoogLeNet classes"; told apart from a blurred picture in Olah, Mordvintsev & Schubert
    2017, "Feature visualization", on frequency penalisation. `width` is the standard deviation in pixels of a 224
    pixel input and changes linearly to `end_width` (None: it stays); less for units with a small field.
    """

    width: float
    end_width: float | None = None

    def __post_init__(self) -> None:
        demand(min(self.width, self.end_width or 0.0) >= 0, "The widths of gradient-blur must be at least 0.")

    def regard(self, gradient: Tensor, moment: Moment) -> Tensor:
        end = self.width if self.end_width is None else self.end_width
        width = self.width + (end - self.width) * moment.done
        return gaussian_blur(gradient, width * max(moment.scale, SMALLEST_SCALE) * moment.room)
