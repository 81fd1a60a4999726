"""`referee` on the command line: one file a command, each imported by its parser alone until it is called."""

from referee.adapters.cli.main import main

__all__ = ["main"]
