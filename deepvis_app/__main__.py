"""`python -m deepvis_app` and the console script `deepvis`."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and end the process with its status."""
    if sys.platform == "win32":
        import torch  # noqa: F401  torch >= 2.9 must be loaded before Qt on Windows (pytorch #166628)
    from deepvis_app.cli import main as run

    status = run()
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is saved and closed; taking torch apart piece by piece would keep the process for seconds.
    os._exit(status)


if __name__ == "__main__":
    main()
