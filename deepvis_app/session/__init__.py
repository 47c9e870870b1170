"""The presenter: one frozen state, the intents that change it, and the requests that follow from it."""

from deepvis_app.session.painting import PaintPort
from deepvis_app.session.pictures import AtlasPort, pictures_ref
from deepvis_app.session.session import ComputePort, Session, SourcePort, View
from deepvis_app.session.state import UnknownNameError, ViewState, named_unit

__all__ = [
    "AtlasPort", "ComputePort", "PaintPort", "Session", "SourcePort", "UnknownNameError", "View", "ViewState",
    "named_unit", "pictures_ref",
]  # fmt: skip
