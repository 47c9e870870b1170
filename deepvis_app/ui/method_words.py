"""What is said of a comparison of methods: the SCORES table, how far it is, and who is best at what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from deepvis_app.jobs import JobView
from deepvis_app.messages import MethodResult, RunInfo, UnitComparison
from deepvis_app.ui.job_words import STATES, duration, status
from deepvis_app.ui.picture_words import when

REAL = "Real pictures"
REAL_TIP = "Real pictures of the class, or those that excite the unit most, with the same figures"
BEING_MADE, TO_COME, NOT_MADE, NOTHING = "being made ...", "to come", "not made", "No picture came out."
BEST_OF_ALL = "Best of all methods at this."


@dataclass(frozen=True)
class Score:
    """One figure: its key in the results, its short title, how it is written (a format of Python), what it means."""

    key: str
    title: str
    form: str
    tip: str


SCORES = (
    Score("activation", "activation", ".1f", "The unit's value on the picture as it is shown"),
    Score("of_largest", "of largest", ".2f", "That value over the largest that the unit has on real images"),
    Score("percentile", "percentile", ".1f", "The share of real images that excite the unit less, in percent"),
    Score("itself", "itself", ".0%", "The share of the pictures that this network takes for the class"),
    Score("seen", "judges", ".0%", "The share of the pictures that independent networks take for the class"),
    Score("diversity", "diversity", ".3f", "How much pictures from other starts differ: 1 - cosine of their features"),
    Score("distance", "distance", ".2f", "From real pictures, measured by how far these are from each other: "
          "1 is as new as one more real picture, near 0 a copy, far above 1 like none"),
    Score("slope", "slope", ".2f", "s in power ~ frequency^s of the brightness; photographs have about -2"),
    Score("saturation", "saturation", ".2f", "How strong the colours are, 0 to 1"),
    Score("seconds", "seconds", ".2f", "Time a picture took, as its share of the batch it was made in"),
)  # fmt: skip


def value(score: Score, of: MethodResult | None) -> str:
    """As it is written; "" where it is not known or does not apply."""
    number = None if of is None else of.scores.get(score.key)
    return "" if number is None else format(number, score.form).replace("%", " %")


def known_scores(comparison: UnitComparison) -> tuple[Score, ...]:
    """Those that any method has."""
    rows = comparison.methods
    return tuple(score for score in SCORES if any(score.key in row.scores for row in rows))


def is_best(score: Score, of: MethodResult, comparison: UnitComparison) -> bool:
    """Whether it stands out among the methods by this figure."""
    best = comparison.winners.get(score.key, ())
    return of.name in best and len(best) < len(comparison.methods)


def score_tip(score: Score, of: MethodResult, comparison: UnitComparison) -> str:
    """What a figure means, as HTML."""
    told = [
        f"<b>{escape(score.title)} {escape(value(score, of) or 'not known')}</b>",
        f"{escape(score.tip)}.",
    ]
    if score.key == "seen" and comparison.judges:
        told.append(f"Asked: {escape(', '.join(comparison.judges))}.")
    if score.key in ("diversity", "distance") and comparison.compared_in:
        told.append(f"In the features of {escape(comparison.compared_in)}.")
    if is_best(score, of, comparison):
        told.append(BEST_OF_ALL)
    if comparison.real is not None and of is not comparison.real and (real := value(score, comparison.real)):
        told.append(f"Real pictures: {real}.")
    return "<br>".join(told)


def method_tip(of: MethodResult) -> str:
    """Which method it is and where it is from, as HTML."""
    told = [f"<b>{escape(of.name)}</b>: {escape(of.title)}", escape(of.source)]
    return "<br>".join(part for part in told if part)


def lost_words(of: MethodResult) -> str:
    """What became of pictures that are not there."""
    if not of.lost:
        return "" if of.pictures else NOTHING
    return f"{of.lost} picture{'' if of.lost == 1 else 's'} failed or cannot be read."


def waiting_word(place: int, job: JobView | None) -> str:
    """Of the method that is so many places away from being made."""
    if job is None or job.over:
        return NOT_MADE
    return BEING_MADE if place == 0 and job.active else TO_COME


def state_words(comparison: UnitComparison, job: JobView | None) -> str:
    """How far a comparison is of which something is there."""
    done, total = len(comparison.methods), len(comparison.methods) + len(comparison.to_come)
    count = f"{total} methods" if comparison.finished else f"{done} of {total} methods"
    if job is not None and not job.over:
        return f"{count}{', now made anew' if comparison.finished else ''}.  {job_words(job)}"
    if job is not None and job.state == "failed":
        return f"{count}.  {status(job)}"
    if not comparison.finished:
        return f"{count}: it was broken off."
    day = when(RunInfo("compare", {}, finished=comparison.made))
    return ".  ".join(part for part in (f"{count}, {day}", left_out(comparison.left_out)) if part)


def empty_words(job: JobView | None, invitation: str) -> str:
    """Why there is nothing yet."""
    if job is None or job.state == "done":
        return invitation
    if not job.over:
        return f"The methods are being compared; each appears here when it is finished.\n{job_words(job)}"
    return status(job)


def job_words(job: JobView) -> str:
    """How far the job is that has not ended, of which the phases are called "tv, caffenet64"."""
    if job.state != "running":
        return f"{STATES[job.state]}."
    if not job.total:
        return "Loading the network ..."
    left = f", {duration(job.eta_s)} left of it" if job.eta_s is not None and job.done < job.total else ""
    return f"Now {job.what.partition(',')[0]}: {job.done} of {job.total} {job.unit}{left}."


def left_out(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"Without images there are no {listed}" if listed else ""
