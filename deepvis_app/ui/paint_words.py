"""What is said about a unit that is being painted."""

from __future__ import annotations

from deepvis_app.messages import Painting, UnitStats
from deepvis_app.ui.picture_words import standing
from deepvis_app.ui.widgets.colour_bar import short

METHODS = (
    ("dgn-am", "DGN-AM", "Through a generator network: the picture stays natural (Nguyen et al. 2016)"),
    ("am", "AM", "Pixel by pixel, with hand-made priors (Yosinski et al. 2015)"),
)
STARTING = "The network is loaded for it"
BEGINS = "begins ..."  # with the network that is loaded
_LONG_S = 3.0  # a start that takes longer tells how long it has taken


def state_words(painting: Painting, now: float) -> str:
    """Where it is, e.g. "step 12 of 200"; `now` is time.monotonic."""
    steps = f"step {painting.step} of {painting.total}" if painting.total else f"step {painting.step}"
    if painting.state == "starting":
        waited = now - painting.began
        return f"{STARTING} ({waited:.0f} s)" if painting.began and waited >= _LONG_S else f"{STARTING} ..."
    if painting.state == "painting":
        return steps if painting.pictures else BEGINS
    if painting.state == "resting":
        return f"finished after {painting.step} steps"
    if painting.state == "failed":
        return f"failed: {painting.sentence}"
    return f"{painting.state} at {steps}" if painting.pictures else painting.state


def value_words(painting: Painting, stats: UnitStats | None) -> str:
    """How strongly the unit likes the strongest of the pictures; "" while there is none."""
    value = painting.pictures[painting.strongest].facts.activation if painting.pictures else None
    if value is None:
        return ""
    second = painting.order.second
    if second is not None:
        more = painting.pictures[painting.strongest].facts.more
        values = {painting.order.ref: value, second: more.get(f"activation of {second}")}
        return ", ".join(
            f"unit {ref.unit}: {short(float(told), 4)}" for ref, told in values.items() if told is not None
        )
    if stats is not None:
        return f"{short(value, 4)}, {standing(value, stats)}"
    if painting.percentile is not None:
        return f"{short(value, 4)}, above {painting.percentile:.1f} % of the images' largest"
    return short(value, 4)


def share(painting: Painting) -> float:
    """How much is done, 0..1."""
    return min(painting.step / painting.total, 1.0) if painting.total else 0.0
