"""The deconvolutional network (Zeiler & Fergus 2014): what the unit saw, rectified on the way down."""

from deepvis_app.attribution.backprop import backpropagation
from deepvis_app.attribution.base import Method
from deepvis_app.attribution.rules import deconvnet

METHOD = Method(
    name="deconv",
    title="deconvnet",
    run=backpropagation("deconvnet", deconvnet),
    tooltip="The unit's activation sent back down: at each ReLU only what is positive in the signal goes on",
)
