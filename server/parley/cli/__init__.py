"""The command `parley`."""

from parley.cli.main import main

__all__ = ["main"]
