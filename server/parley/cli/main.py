"""The group of commands, and the one place where an error becomes a message and an exit status."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import click

from parley import __version__
from parley.errors import ParleyError

#: Command → module of `parley.cli` that holds it. Imported when used: each start costs only what it needs.
COMMANDS = {
    "check": "check",
    "build": "build",
    "serve": "serve",
    "query": "query",
    "why": "why",
    "reconcile": "reconcile",
    "coverage": "coverage",
    "dump": "dump",
    "releases": "releases",
    "rollback": "releases",
    "gc": "releases",
    "sign": "sign",
    "new": "new",
    "add": "add",
    "added": "add",
    "remove": "add",
    "verify": "verify",
    "verify-release": "verify_release",
    "verify-source": "verify_source",
    "w3id": "w3id",
    "settings": "settings",
    "check-engine": "check_engine",
}


class _Commands(click.Group):
    """Loads a command's module when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"parley.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ParleyError as error:
            _tell(error)
            ctx.exit(error.exit_status)


def _tell(error: ParleyError) -> None:
    """Write the error where it is read: as JSON where `--json` was asked for, else as text."""
    if "--json" in sys.argv:
        click.echo(json.dumps({"error": error.kind, "message": str(error)}, ensure_ascii=False))
    else:
        click.secho("Error: ", fg="red", bold=True, nl=False, err=True)
        click.echo(str(error), err=True)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="parley")
def main() -> None:
    """Publish a folder of RDF as linked open data.

    Commands take the publication's folder DIR, or find it: the PARLEY_PUBLICATION variable, then the nearest
    publication.toml upward from here, then the publication that came with the package.

    Exit status: 0 all is well, 1 there are findings, 2 the command or the configuration is wrong.
    """
