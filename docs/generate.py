"""Writes docs/reference/ from the code: `make docs`. A test fails while the files differ from what this writes.

Usage: python docs/generate.py [--check]
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from parley import parameters, queries
from parley.cli.main import COMMANDS
from parley.cli.main import main as group
from parley.formats import FORMATS
from parley.pipeline.build import build
from parley.publication import load
from parley.release.directory import StateDirectory
from parley.settings import Settings
from parley.views import VIEWS
from parley.web.app import create_app
from parley.web.site import Serving, Site

FOLDER = Path(__file__).parent / "reference"
NOTICE = "<!-- Written by `make docs` from the code; edit the code. -->\n"


def settings_page() -> str:
    """Every setting with its table, environment variable, default and meaning."""
    rows = [
        f"| `{name}` | `[{table}]` | `PARLEY_{name.upper()}` | `{default!r}` | {text} |"
        for table, name, default, text in Settings.table()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            NOTICE,
            "A value comes from the first of: the command line, the environment, `publication.toml`, the default.",
            "`parley settings` shows the values in force. An unknown key or a value out of range is an error.",
            "",
            "| setting | table of `publication.toml` | environment | default | meaning |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def commands_page() -> str:
    """The help of every command."""
    parts = ["# Commands", "", NOTICE]
    for title, command in [("parley", group), *_commands()]:
        context = click.Context(command, info_name=title, max_content_width=100, terminal_width=100)
        parts += [f"## `{title}`", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(parts)


def _commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None, name
        yield f"parley {name}", command


def routes_page() -> str:
    """Every route of the server, from the application that serves the tiny publication of the tests."""
    with tempfile.TemporaryDirectory() as state:
        publication = load(FOLDER.parents[1] / "tests" / "fixtures" / "tiny", {}, state=state)
        built = build(publication, StateDirectory.locate(publication))
        site = Site.open(Serving(built.path, Path(state), publication.settings))
        app = create_app(site)
        rows = sorted(
            (_without_converters(rule.rule), _methods(rule.methods), _summary(app.view_functions[rule.endpoint]))
            for rule in app.url_map.iter_rules()
            if not rule.rule.startswith("/<language:")
        )
        site.close()
    table = [f"| `{path}` | {methods} | {summary} |" for path, methods, summary in rows]
    note = (
        "Pages are also there under each language of the publication: `/en/sparql`. HEAD and OPTIONS work everywhere."
    )
    return "\n".join(
        ["# Routes", "", NOTICE, note, "", "| route | methods | what it does |", "|---|---|---|", *table, ""]
    )


def _without_converters(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def _methods(methods: set[str] | None) -> str:
    return " ".join(sorted((methods or set()) - {"HEAD", "OPTIONS"}))


def _summary(view: Callable[..., object]) -> str:
    return (view.__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ")


def formats_page() -> str:
    """Every format with its media types and file extensions."""
    rows = [
        f"| {f.label} | `{f.name}` | `{f.media_type}` | {_code(f.aliases)} | {_code(f.extensions)} | {f.kind.value} |"
        for f in FORMATS
    ]
    head = "| format | `?format=` | sent as | also accepted | extensions | carries |"
    return "\n".join(["# Formats", "", NOTICE, head, "|---|---|---|---|---|---|", *rows, ""])


def _code(names: tuple[str, ...]) -> str:
    return " ".join(f"`{name}`" for name in names)


def views_page() -> str:
    """Every view of an answer with the variables that a query must or may select."""
    header, declared = (_prose(module.__doc__ or "") for module in (queries, parameters))
    parts = ["# Saved queries and the views of their answers", "", NOTICE, header, "## Parameters", "", declared]
    parts += ["## Views", "", *_VIEWS_TEXT]
    for view in VIEWS.values():
        parts += [f"### `{view.name}`", "", f"{view.purpose[:1].upper()}{view.purpose[1:]}.", ""]
        if view.needs:
            needed = re.sub(r"\?(\w+)", r"`?\1`", view.missing(["anything"]) or "")
            parts += [f"Needs {needed}.", ""]
            parts += ["| variable | what it means |", "|---|---|"]
            parts += [*(f"| `?{name}` | {text} |" for name, text in view.roles.items()), ""]
    return "\n".join(parts)


def _prose(docstring: str) -> str:
    """A module's docstring as Markdown: its literal blocks are indented already."""
    return docstring.replace("::\n", "").strip() + "\n"


_VIEWS_TEXT = [
    "A saved query says in its header how its answer is shown: `# view: timeline`. Names of variables decide what is",
    "drawn; a query whose view lacks its variables is an error of the build. Further variables are columns of the",
    "table, which every view comes with. Things are shown by their labels in the reader's language, and lead to their",
    "pages. On the SPARQL page, and by `view=` in its address, any query can be shown so.",
    "",
]

PAGES = {
    "routes.md": routes_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "formats.md": formats_page,
    "views.md": views_page,
}


def main() -> int:
    """Write the pages, or with --check say which are out of date (exit status 1)."""
    stale = 0
    for name, page in PAGES.items():
        path, text = FOLDER / name, page()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in sys.argv:
            print(f"docs/reference/{name} is out of date: run `make docs`")
            stale = 1
        else:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
