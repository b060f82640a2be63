"""`parley why`: which passage, editor or outside source says a statement, or by which rule it follows from which."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from parley.cli.common import current_release, json_option, print_json, publication_option, reader_language
from parley.cli.statement import near, read_statement
from parley.publication import Publication
from parley.release.index import Index
from parley.release.records import Why
from parley.urls import Urls
from parley.web.view.explanation import Asserter, Step, tree
from parley.web.view.explanation import as_json as step_as_json
from parley.web.view.i18n import Interface, load_catalogues
from parley.web.view.naming import Namer
from parley.web.view.values import Links, Value


@click.command()
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
@click.option("--language", metavar="TAG", help="Language of the explanation; default: that of your locale.")
@publication_option
@json_option
@click.pass_context
def why(
    context: click.Context,
    subject: str,
    predicate: str,
    object_: str,
    language: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Explain a statement of the current release, down to the graphs that assert what it rests on.

    Each term is a prefixed name with a prefix of the publication, an IRI, “a” for rdf:type, or a label that only one
    thing has. A literal is written as in N-Triples ("7"^^<…>, "Sea"@en), or as its text alone. Exit status 1 if nobody
    says so and it does not follow; what is said instead is told.
    """
    publication, release = current_release(folder)
    spoken = Interface.of(language or reader_language(publication), load_catalogues())
    with Index.open(release / "index.sqlite") as index:
        statement = read_statement(index, publication, subject, predicate, object_)
        found = index.why(*statement)
        if found is None:
            _tell_unknown(index, publication, statement, as_json)
            context.exit(1)
        step = _step(index, found, publication, spoken)
    if as_json:
        print_json(step_as_json(step))
    else:
        console = Console(highlight=False)
        console.print(_drawn(step, spoken, Tree(_statement(step))))


def _step(index: Index, found: Why, publication: Publication, spoken: Interface) -> Step:
    namer = Namer(index, spoken, publication.languages[0], publication.prefixes)
    links = Links(Urls(publication.base, publication.languages), None, index.exists, publication.bases)
    return tree(index, found, namer, links, spoken)


def _tell_unknown(index: Index, publication: Publication, statement: tuple[str, str, str], as_json: bool) -> None:
    instead = [list(one) for one in near(index, statement)]
    if as_json:
        print_json({"statement": list(statement), "known": False, "near": instead})
        return
    click.echo(f"Nobody states this, and it does not follow:\n  {' '.join(statement)}", err=True)
    if instead:
        lines = "\n".join(f"  {' '.join(one)}" for one in instead)
        click.echo(f"What is said instead:\n{lines}", err=True)


def _drawn(step: Step, spoken: Interface, branch: Tree) -> Tree:
    for one in step.asserters:
        branch.add(_asserter(one, spoken))
    if step.rule is not None:
        words = spoken("why.follows", rule=step.rule.name).unescape()
        lines = [f"[bold]{escape(words)}[/bold] {escape(step.rule.words)}"]
        if step.rule.axiom:
            lines.append(f"[dim]{escape(step.rule.axiom)}[/dim]")
        if step.repeated:
            lines.append(f"[dim]({escape(spoken('why.repeated').unescape())})[/dim]")
        below = branch.add("\n".join(lines))
        for premise in step.premises:
            _drawn(premise, spoken, below.add(_statement(premise)))
    elif not step.asserters:
        branch.add(escape(spoken("why.unexplained").unescape()))
    return branch


def _statement(step: Step) -> str:
    words = (_shown(step.subject), _shown(step.predicate), _shown(step.object))
    return f"[bold]{words[0]}[/bold] {words[1]} [bold]{words[2]}[/bold]"


def _shown(value: Value) -> str:
    language = f"@{value.language}" if value.language else ""
    return escape(f"“{value.text.text}”{language}" if value.language else value.text.text)


def _asserter(one: Asserter, spoken: Interface) -> str:
    role = spoken(f"role.{one.role.value}").unescape()
    place = ""
    if one.position is not None:
        start, end = one.position
        place = f", {spoken('why.position', start=spoken.number(start), end=spoken.number(end)).unescape()}"
    text = f"\n[italic]{escape(one.detail.text)}[/italic]" if one.detail else ""
    return (
        f"[green]{escape(one.label.text)}[/green] ({escape(role)}{escape(place)}) [dim]{escape(one.graph)}[/dim]{text}"
    )
