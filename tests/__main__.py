"""Everything that a change must pass, in one command: `python -m tests` (more arguments go to pytest)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHECKS = (
    ("format", ["ruff", "format", "--check", "."]),
    ("ruff", ["ruff", "check", "."]),
    ("mypy", ["mypy"]),
    (
        "imports",
        [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"],
    ),
    ("pytest", [sys.executable, "-m", "pytest", "-q", *sys.argv[1:]]),
)


def main() -> int:
    """Run every check, also after one has failed; the exit status is 1 when any did."""
    failed = []
    for name, command in CHECKS:
        print(f"== {name}", flush=True)
        words = [sys.executable, "-m", *command] if command[0] != sys.executable else command
        if subprocess.run(words, cwd=ROOT, check=False).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
