"""Outputs of networks as class scores."""

from __future__ import annotations

import pytest
import torch

from deepvis_app.live.scores import top_scores
from deepvis_app.messages import LayerInfo, ModelChoice, ModelInfo


def info(last: str) -> ModelInfo:
    """A network whose last layer is of that kind."""
    layers = (LayerInfo("last", "last", last, (2,), 2),)
    return ModelInfo(ModelChoice("toy"), "toy", layers, (4, 4), 3, "crop", (), "", "cpu", "", "")


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (torch.tensor([[2.0, 0.0]]), [0.8808, 0.1192]),
        (torch.tensor([[0.25, 0.75]]), [0.75, 0.25]),
        (torch.tensor([[0.0]]), [0.5]),
        (torch.zeros(1, 3, 4, 4), []),
        (torch.zeros(1, 0), []),
        (torch.tensor([[0.1, float("nan")]]), []),
        (torch.tensor([[0.1, float("inf")]]), []),
    ],
)
def test_logits_distributions_single_and_other_outputs_are_told_apart(
    output: torch.Tensor, expected: list[float]
) -> None:
    assert [s.value for s in top_scores(info("Linear"), output)[0]] == pytest.approx(expected, abs=1e-4)


def test_what_a_sigmoid_gives_is_a_probability_already() -> None:
    assert [s.value for s in top_scores(info("Sigmoid"), torch.tensor([[0.9]]))[0]] == pytest.approx([0.9])
    assert [s.value for s in top_scores(info("Sigmoid"), torch.tensor([[0.2, 0.9]]))[0]] == pytest.approx(
        [0.9, 0.2]
    )
