"""Help with asking: the saved queries as questions, prefixes in front of a text, a first query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote_plus

from parley.engine.diagnosis import undeclared
from parley.engine.tokens import PROLOGUE, tokens
from parley.publication import Publication
from parley.queries import SavedQuery
from parley.release.words import choose_label
from parley.vocab import LABEL_PROPERTIES, XSD
from parley.web.view.browse import TECHNICAL
from parley.web.view.naming import Text, collation
from parley.web.view.values import Links

_FORMS: Final = frozenset(["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"])
#: Prefixes at the start of the form, besides those of the publication.
_USUAL = 6


class Statistics(Protocol):
    """The part of the release's index that is needed."""

    def classes(self) -> list[tuple[str, int]]:
        """Each class with the number of its instances."""

    def properties(self) -> list[tuple[str, int]]:
        """Each property with the number of its triples."""


@dataclass(frozen=True, slots=True)
class Question:
    """A saved query, in the page's language; `choices` are what its form lets a reader choose."""

    name: str
    title: Text
    description: Text | None
    href: str
    featured: bool
    view: str
    group: Text | None = None
    choices: tuple[Text, ...] = ()


def questions(saved: Iterable[SavedQuery], links: Links, language: str, default: str) -> list[Question]:
    """The saved queries as questions: those to begin with first, then by the alphabet."""
    found = [question(one, links, language, default) for one in saved]
    return sorted(found, key=lambda one: (not one.featured, collation(one.title.text)))


def question(saved: SavedQuery, links: Links, language: str, default: str) -> Question:
    """One saved query as a question."""
    title = choose_label(saved.title, language, default) or (saved.name, "")
    description, group = (choose_label(texts, language, default) for texts in (saved.description, saved.group))
    return Question(
        saved.name,
        Text(*title),
        Text(*description) if description else None,
        links.urls.local(f"queries/{saved.name}", links.language),
        saved.featured,
        saved.view,
        Text(*group) if group else None,
        tuple(Text(*(choose_label(one.label, language, default) or (one.name, ""))) for one in saved.parameters),
    )


def method(text: str, longest: int) -> str:
    """How a form sends `text`: in the address, which can be shared, unless that may get longer than `longest` bytes.

    >>> method("ASK {}", 1000), method("ASK { # é".ljust(600), 1000)
    ('get', 'post')
    """
    return "get" if 2 * len(quote_plus(text)) <= longest else "post"


def is_query(text: str) -> bool:
    """Whether `text` reads like SPARQL.

    >>> is_query("PREFIX a: <b> SELECT ?x { }"), is_query("ask { ?x ?y ?z }"), is_query("Ask a friend.")
    (True, True, False)
    """
    first = next(tokens(text), None)
    word = first.text.upper() if first is not None and first.kind == "keyword" else ""
    return word in PROLOGUE or (word in _FORMS and "{" in text)


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """`text` with a PREFIX line in front for each of `prefixes` that it uses without declaring it."""
    missing = sorted({token.text.partition(":")[0] for token in undeclared(text)} & prefixes.keys())
    return declarations(missing, prefixes) + text


def declarations(names: Iterable[str], prefixes: Mapping[str, str]) -> str:
    """PREFIX lines for `names`, then an empty line, if there are any."""
    lines = [f"PREFIX {name}: <{prefixes[name]}>\n" for name in names]
    return "".join([*lines, "\n"]) if lines else ""


def first_query(statistics: Statistics, publication: Publication, kinds: Sequence[str], language: str) -> str:
    """A query to begin with: the things of the first of `kinds` with their names, under the prefixes in use."""
    prefixes = publication.all_prefixes
    label = next((iri for iri, _ in statistics.properties() if iri in LABEL_PROPERTIES), LABEL_PROPERTIES[1])
    kind = next((short for iri in kinds if (short := _compact(iri, prefixes)) is not None), None)
    if kind is None:
        body = (
            "SELECT ?kind (COUNT(?thing) AS ?things) WHERE {\n  ?thing a ?kind .\n}\n"
            "GROUP BY ?kind\nORDER BY DESC(?things)\nLIMIT 20\n"
        )
        return declarations(in_use(statistics, publication), prefixes) + body
    name = _compact(label, prefixes) or f"<{label}>"
    body = (
        f"SELECT ?thing ?name WHERE {{\n  ?thing a {kind} .\n"
        f'  OPTIONAL {{ ?thing {name} ?name FILTER(LANGMATCHES(LANG(?name), "{language}")) }}\n}}\n'
        "ORDER BY ?name\nLIMIT 100\n"
    )
    used = {token.text.partition(":")[0] for token in undeclared(body)}
    return declarations(dict.fromkeys([*in_use(statistics, publication), *sorted(used)]), prefixes) + body


def in_use(statistics: Statistics, publication: Publication) -> list[str]:
    """The publication's prefixes of classes and properties, then the usual ones that its data uses most."""
    terms = [*statistics.properties(), *statistics.classes()]
    uses: dict[str, int] = {}
    for prefix, namespace in publication.all_prefixes.items():
        count = sum(n for iri, n in terms if iri.startswith(namespace) and "/" not in iri[len(namespace) :])
        if count and (prefix in publication.prefixes or namespace not in TECHNICAL):
            uses[prefix] = count
    own = [prefix for prefix in publication.prefixes if prefix in uses]
    usual = sorted(uses.keys() - set(own), key=lambda prefix: (-uses[prefix], prefix))[:_USUAL]
    dates = [prefix for prefix, namespace in publication.all_prefixes.items() if namespace == XSD]
    return [*own, *usual, *(prefix for prefix in dates if prefix not in own)]


def _compact(iri: str, prefixes: Mapping[str, str]) -> str | None:
    found = max((p for p, n in prefixes.items() if iri.startswith(n)), key=lambda p: len(prefixes[p]), default=None)
    local = iri[len(prefixes[found]) :] if found is not None else ""
    return f"{found}:{local}" if local.replace("_", "").isalnum() else None
