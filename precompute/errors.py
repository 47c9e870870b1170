"""What a command tells a person instead of a trace; `command.status_of` says which exit status goes with it."""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot end as it was asked to; the message is one sentence for people."""


class GivenError(CommandError):
    """What a command was given, a word or a file, cannot be used; the message is one sentence for people."""
