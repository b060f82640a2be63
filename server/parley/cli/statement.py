"""A statement as people type it: prefixed names, IRIs, labels, literals; and the ones that come near it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from parley.errors import Misuse
from parley.publication import Publication
from parley.release.index import Index
from parley.release.records import Description, Statement, Terms
from parley.vocab import RDF_TYPE

_PREFIXED: Final = re.compile(r"([\w.-]*):([^\s/].*|)")
#: Search results among which a label is looked for, and statements told instead of an unknown one.
_HITS, _NEAR = 50, 5


def read_statement(index: Index, publication: Publication, subject: str, predicate: str, object_: str) -> Terms:
    """The statement that three words of a command line mean, in N-Triples syntax.

    Raises Misuse for a word that means nothing here, or several things.
    """
    names = _Names(index, publication)
    s = names.term(subject)
    p = f"<{RDF_TYPE}>" if predicate == "a" else names.term(predicate)
    if (literal := _literal(object_)) is not None:
        return s, p, literal
    values = {str(one.object): one.object for one in _said(index, s) if str(one.predicate) == p}
    texts = [term for term, value in values.items() if isinstance(value, ox.Literal) and value.value == object_]
    if len(texts) > 1:
        raise Misuse(f"“{object_}” is the text of several values.", cure=f"Write one of: {' '.join(sorted(texts))}")
    return s, p, texts[0] if texts else names.term(object_)


def near(index: Index, statement: Terms) -> list[Terms]:
    """Statements that say something like `statement`: other values, other properties, the other direction."""
    subject, predicate, object_ = statement
    told = [(str(one.subject), str(one.predicate), str(one.object)) for one in _said(index, subject)]
    others = [one for one in told if one[1] == predicate] + [one for one in told if one[2] == object_]
    back = [(str(one.subject), str(one.predicate), str(one.object)) for one in _said(index, object_)]
    others += [one for one in back if one[2] == subject]
    return list(dict.fromkeys(others))[:_NEAR]


def _said(index: Index, term: str) -> Iterator[Statement]:
    found: Description | None = index.describe(term[1:-1], page_size=1) if term.startswith("<") else None
    yield from (one for one in (found.outgoing if found else []) if str(one.subject) == term)


def _literal(word: str) -> str | None:
    """The canonical literal, if `word` is one in N-Triples syntax."""
    if not word.startswith('"'):
        return None
    try:
        return str(next(iter(ox.parse(f"<s:> <p:> {word} .", format=ox.RdfFormat.N_TRIPLES))).object)
    except SyntaxError:
        return None


class _Names:
    """Finds out which thing a word means."""

    def __init__(self, index: Index, publication: Publication) -> None:
        self._index = index
        self._prefixes = publication.all_prefixes

    def term(self, word: str) -> str:
        """The IRI in angle brackets. Raises Misuse if there is no such thing, or several."""
        if word.startswith("<") and word.endswith(">"):
            return word
        if (match := _PREFIXED.fullmatch(word)) and match[1] in self._prefixes:
            return f"<{self._prefixes[match[1]]}{match[2]}>"
        if "://" in word or word.startswith("urn:"):
            return f"<{word}>"
        found = self._labelled(word)
        if not found:
            raise Misuse(
                f"“{word}” is no label of anything here, and no IRI.",
                cure=f"Write a prefixed name ({', '.join(sorted(self._prefixes)[:8])}, …) or an IRI.",
            )
        if len(found) > 1:
            raise Misuse(f"“{word}” is the label of {len(found)} things.", cure=f"Write one of: {' '.join(found)}")
        return f"<{found[0]}>"

    def _labelled(self, word: str) -> list[str]:
        iris = [hit.iri for hit in self._index.search(word, limit=_HITS)]
        wanted = word.casefold()
        labels = self._index.labels(iris)
        return sorted(iri for iri, texts in labels.items() if wanted in map(str.casefold, texts.values()))
