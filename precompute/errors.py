"""What a command tells a person instead of a trace."""

from __future__ import annotations


class CommandError(Exception):
    """What was given cannot be used; the message is one sentence for people, and a command ends with it."""
