"""From a patch to the image that it was cut from."""

from __future__ import annotations

from pathlib import Path

from deepvis_app.files import in_zip
from deepvis_app.messages import UnitPicture

BUILT_IN = "samples:"  # such a source is a photograph that comes with the program


class SourceGoneError(LookupError):
    """The image is not there; the message says where it was and what to do."""


def target_of(picture: UnitPicture, remembered: str = "") -> str:
    """What to open to see the whole image. Raises SourceGoneError.

    An image is named as its data set lists it: relative to a folder, or within a zip. That is the one that its run
    was given as `images`, where the run tells, or else the one that was chosen last for jobs (`remembered`).
    """
    source, run = picture.facts.source, picture.run
    if not source:
        raise SourceGoneError("This picture was not cut from an image.")
    if source.startswith(BUILT_IN):
        return source
    named = str(run.parameters.get("images", "")) if run is not None else ""
    for folder in filter(None, (named, remembered, "/" if Path(source).is_absolute() else "")):
        base = Path(folder).expanduser()
        base = (in_zip(base) or (base, ""))[0]  # of a folder in a zip, names are told from the zip on
        if (base / source).is_file() or (base.suffix.lower() == ".zip" and base.is_file()):
            return str(base / source)
    of = f" (of {run.data})" if run is not None and run.data else ""
    raise SourceGoneError(
        f"{source}{of} was not found: name the folder or zip of its images in Tools > Jobs."
    )
