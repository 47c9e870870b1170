"""Receptive-field geometry: which input pixels a position of a map can see, and how operations change it.

Along one axis position i sees pixels offset + i * stride .. + size; a layer's field is one `Span` down and
one across. Composition follows Dumoulin & Visin, "A guide to convolution arithmetic" (2016), and Araujo,
Norris & Sim, "Computing receptive fields of convolutional neural networks" (2019); branches are united.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from deepvis_app.messages import ReceptiveField


@dataclass(frozen=True)
class Span:
    """Along one axis, in input pixels. Fractions, because up-sampling halves the stride on the way."""

    size: Fraction = Fraction(1)
    stride: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)

    def window(self, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Span:
        """A convolution or pooling. Round-up (ceil_mode) adds windows at the end; it changes none of these."""
        return Span(
            self.size + dilation * (kernel - 1) * self.stride,
            self.stride * stride,
            self.offset - padding * self.stride,
        )

    def transposed(self, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Span:
        """A transposed convolution: output o sees inputs (o + padding - dilation * k) / stride.

        How many those are depends on o modulo the stride; this is the smallest span that holds for all.
        """
        reach = Fraction(dilation * (kernel - 1), stride)
        return Span(
            self.size + reach * self.stride,
            self.stride / stride,
            self.offset + (Fraction(padding, stride) - reach) * self.stride,
        )

    def resized(self, length: int, new_length: int, neighbours: int) -> Span:
        """Interpolation without antialiasing: the nearest position (1), linear (2) or cubic (4).

        With r = length/new, nearest reads floor(o * r); the others read positions at most neighbours/2 away
        from (o + 1/2) * r - 1/2. The span holds for every o.
        """
        ratio = Fraction(length, new_length)
        if ratio == 1:
            return self
        if neighbours == 1:
            extra = 1 - Fraction(1, ratio.denominator)
            start = -extra
        else:
            extra = Fraction(neighbours)
            start = (ratio - 1) / 2 - extra / 2
        return Span(self.size + extra * self.stride, self.stride * ratio, self.offset + start * self.stride)

    def pooled_to(self, length: int, new_length: int) -> Span:
        """Adaptive pooling: output o sees floor(o * r) up to ceil((o + 1) * r), r = length/new."""
        ratio = Fraction(length, new_length)
        rounding = 1 - Fraction(1, ratio.denominator)  # the most that floor takes away and ceil adds
        return Span(
            self.size + (ratio - 1 + 2 * rounding) * self.stride,
            self.stride * ratio,
            self.offset - rounding * self.stride,
        )

    def sliced(self, start: int, step: int) -> Span:
        """Every step-th position from `start` on (negative: positions put in front)."""
        return Span(self.size, self.stride * step, self.offset + start * self.stride)

    def united(self, other: Span) -> Span | None:
        """The span that holds both, or None where their strides differ."""
        if self.stride != other.stride:
            return None
        start = min(self.offset, other.offset)
        end = max(self.offset + self.size, other.offset + other.size)
        return Span(end - start, self.stride, start)


@dataclass(frozen=True)
class Field:
    """(down, across); `whole` when everything is seen, and then the spans say nothing."""

    down: Span = Span()
    across: Span = Span()
    whole: bool = False


WHOLE = Field(whole=True)


def united(fields: Sequence[Field | None]) -> Field | None:
    """The union over branches; None (not known) is catching, but nothing is larger than whole."""
    known = [field for field in fields if field is not None]
    if any(field.whole for field in known):
        return WHOLE
    if not known or len(known) < len(fields):
        return None
    total = known[0]
    for field in known[1:]:
        down, across = total.down.united(field.down), total.across.united(field.across)
        if down is None or across is None:
            return None
        total = Field(down, across)
    return total


def in_pixels(field: Field | None, input_size: tuple[int, int]) -> ReceptiveField | None:
    """In whole pixels of the input; None where not known or where a position is less than a pixel apart."""
    if field is None:
        return None
    if field.whole:
        return ReceptiveField(input_size, (0, 0), (0, 0), whole=True)
    spans = (field.down, field.across)
    if any(span.stride.denominator != 1 for span in spans):
        return None
    starts = [math.floor(span.offset) for span in spans]
    ends = [math.ceil(span.offset + span.size) for span in spans]
    return ReceptiveField(
        (ends[0] - starts[0], ends[1] - starts[1]),
        (int(spans[0].stride), int(spans[1].stride)),
        (starts[0], starts[1]),
    )
