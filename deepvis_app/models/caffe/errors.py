"""What reading a Caffe network raises."""

from __future__ import annotations


class CaffeError(ValueError):
    """A Caffe file that cannot be used; the message is one sentence for people."""


class LayerError(CaffeError):
    """Why a layer cannot be as it is described; half a sentence, to which the layer's name is added."""
