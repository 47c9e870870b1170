"""Fewer pauses: what stays for good is left out of Python's garbage collections."""

from __future__ import annotations

import atexit
import gc

atexit.register(gc.unfreeze)  # libraries that take themselves apart at the end miss what is left out


def settle() -> None:
    """Collect all garbage now, and leave what is alive then out of later collections, until the next call.

    The libraries alone are 200,000 to 400,000 objects, and a full collection, which comes at any time and holds all
    threads, looks at each: 110 to 200 ms, four or five missed frames. With them left out it takes 4 ms. Call it where
    a pause does not matter, when a network has been loaded, and in the window's thread: what is collected may be Qt's.
    """
    gc.unfreeze()  # else the garbage among what was left out before would stay
    gc.collect()
    gc.freeze()
