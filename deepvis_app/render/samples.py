"""The built-in photographs: those that lie in the wheels of scikit-image and scikit-learn.

Nothing is downloaded, and all may be passed on, also in parts: the bundled atlas shows crops of them.
"""

from __future__ import annotations

import numpy as np

from deepvis_app.messages import U8
from deepvis_app.render.pictures import PictureError

_NASA = "public domain, NASA"
_FREE = "no known copyright restrictions"

# name -> licence and author, most telling pictures first: the bundled network knows a cup of coffee when it sees one
SAMPLES: dict[str, str] = {
    "coffee": "CC0, Rachel Michetti, courtesy of Pikolo Espresso Bar",
    "astronaut": f"{_NASA} Great Images",
    "chelsea": "CC0, Stefan van der Walt",
    "flower": "CC BY 2.0, flickr.com/photos/vultilion/6056698931",
    "china": "CC BY 2.0, flickr.com/photos/danielbuechele/6061409035",
    "rocket": "public domain, SpaceX",
    "camera": "CC0, Lav Varshney",
    "coins": f"{_FREE}, Brooklyn Museum",
    "hubble_deep_field": f"{_NASA}, HubbleSite",
    "immunohistochemistry": f"{_FREE}, Center for Microscopy and Molecular Imaging",
    "retina": "CC0, Mikael Häggström",
    "moon": f"{_FREE}, James Stoutner",
    "brick": "CC0, CC0Textures Bricks25",
    "gravel": "CC0, CC0Textures Gravel04",
    "grass": "CC0, linolafett",
    "clock": "CC0, Stefan van der Walt",
    "page": f"{_FREE}, scikit-image",
}
_OF_SCIKIT_LEARN = ("china", "flower")


def sample(name: str) -> U8:
    """The built-in photograph of that name (one of SAMPLES), RGB (H, W, 3). Raises PictureError."""
    try:
        loaded = _load(name)
    except (AttributeError, ImportError, OSError, ValueError) as error:
        library = "scikit-learn" if name in _OF_SCIKIT_LEARN else "scikit-image"
        raise PictureError(f"The photograph {name} is missing from this {library}.") from error
    return np.repeat(loaded[..., None], 3, axis=2) if loaded.ndim == 2 else loaded[..., :3]


def _load(name: str) -> U8:
    if name in _OF_SCIKIT_LEARN:  # both libraries are slow to import
        from sklearn.datasets import load_sample_image

        photograph: U8 = load_sample_image(f"{name}.jpg")
    else:
        from skimage import data

        photograph = getattr(data, name)()
    return photograph
