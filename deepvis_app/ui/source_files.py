"""From a patch to the image that it was cut from."""

from __future__ import annotations

from pathlib import Path

from deepvis_app.messages import UnitPicture

BUILT_IN = "samples:"  # such a source is a photograph that comes with the program


class SourceGoneError(LookupError):
    """The image is not there; the message says where it was and what to do."""


def target_of(picture: UnitPicture) -> str:
    """What to open to see the whole image. Raises SourceGoneError.

    An image is named as its data set lists it: relative to the folder, or within the zip, that the run was
    given as `images`.
    """
    source = picture.facts.source
    if not source:
        raise SourceGoneError("This picture was not cut from an image.")
    if source.startswith(BUILT_IN):
        return source
    folder = str(picture.run.parameters.get("images", "")) if picture.run is not None else ""
    path = Path(folder).expanduser() / source
    in_zip = folder.lower().endswith(".zip") and Path(folder).expanduser().is_file()
    if path.is_file() or in_zip:
        return str(path)
    where = f" in {folder}" if folder and not Path(source).is_absolute() else ""
    raise SourceGoneError(f"{source} is no longer there{where}: put the images back to see all of it.")
