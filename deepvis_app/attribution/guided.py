"""Guided backpropagation (Springenberg et al. 2015): the gradient, held to positive signals on active ReLUs."""

from deepvis_app.attribution.backprop import backpropagation
from deepvis_app.attribution.base import Method
from deepvis_app.attribution.rules import guided

METHOD = Method(
    name="guided",
    title="guided backprop",
    run=backpropagation("guided backprop", guided),
    tooltip="At each ReLU the signal goes on only where it is positive and the ReLU was on: the sharpest picture",
)
