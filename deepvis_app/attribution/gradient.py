"""The plain gradient (Simonyan et al. 2014, section 3): how each input value moves the unit."""

from deepvis_app.attribution.backprop import backpropagation
from deepvis_app.attribution.base import Method

METHOD = Method(
    name="gradient",
    title="gradient",
    run=backpropagation("gradient"),
    tooltip="How a small change of each input pixel would move the unit: backpropagation as in training",
)
