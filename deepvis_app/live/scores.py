"""The class scores of a network's output."""

from __future__ import annotations

import math

import torch

from deepvis_app.messages import ModelInfo, Score

TOP_SCORES = 5
STRANGE = "The class scores are NaN or infinite: check the weights."


def top_scores(info: ModelInfo, output: torch.Tensor) -> tuple[tuple[Score, ...], str]:
    """The best classes of an output (1, K), as probabilities; and why there are none although it has some.

    An output of another shape has none. Probabilities are taken as they are: a distribution, or what a layer
    Sigmoid at the end gives. A single other value is a logit of "yes", several are logits.
    """
    if output.ndim != 2 or not output.numel():
        return (), ""
    best = output.topk(min(TOP_SCORES, output.shape[1]))  # a NaN counts as the largest
    [values], [indices] = best.values.tolist(), best.indices.tolist()
    if not math.isfinite(values[0]):
        return (), STRANGE
    shares = _probabilities(info, output, values)
    return tuple(
        Score(index, info.label(index), share) for index, share in zip(indices, shares, strict=True)
    ), ""


def _probabilities(info: ModelInfo, output: torch.Tensor, values: list[float]) -> list[float]:
    """The probabilities that belong to the largest `values` of an output."""
    last = info.layers[-1].kind if info.layers else ""
    if last in ("Sigmoid", "Softmax"):
        return values
    if output.shape[1] == 1:
        return [0.5 + 0.5 * math.tanh(values[0] / 2)]  # the sigmoid, without overflow
    row = output[0].float()
    if float(row.min()) >= 0 and abs(float(row.sum()) - 1) < 1e-3:
        return values
    all_of_them = float(row.logsumexp(0))
    return [math.exp(value - all_of_them) for value in values]
