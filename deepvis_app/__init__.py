"""DeepVis: see a convolutional network at work, live."""

__version__ = "0.1.0"
