"""Small networks that stand in for large ones: what may be painted for these, may be for any of the kind.

One file a stand-in, one line here; no torch.
"""

from precompute.standins import activity, captioner, segmenter
from precompute.standins.base import StandIn

STANDINS: dict[str, StandIn] = {
    one.name: one for one in (segmenter.STANDIN, captioner.STANDIN, activity.STANDIN)
}

__all__ = ["STANDINS", "StandIn"]
