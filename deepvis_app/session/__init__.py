"""The presenter: one frozen state, the intents that change it, and the requests that follow from it."""

from deepvis_app.session.session import ComputePort, Session, SourcePort, View
from deepvis_app.session.state import ViewState

__all__ = ["ComputePort", "Session", "SourcePort", "View", "ViewState"]
