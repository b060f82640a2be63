"""The texts of a subject by which people find and recognise it: labels, alternative labels, descriptions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

import pyoxigraph as ox

from parley.nquads import Line
from parley.vocab import ALTERNATIVE_LABEL_PROPERTIES, DESCRIPTION_PROPERTIES, LABEL_PROPERTIES

_LABELS: Final = {f"<{iri}>": rank for rank, iri in enumerate(LABEL_PROPERTIES)}
#: Column of the full-text index, by property.
_COLUMNS: Final = (
    dict.fromkeys(_LABELS, 0)
    | dict.fromkeys((f"<{iri}>" for iri in ALTERNATIVE_LABEL_PROPERTIES), 1)
    | dict.fromkeys((f"<{iri}>" for iri in DESCRIPTION_PROPERTIES), 2)
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(slots=True)
class Texts:
    """`labels`: language → (rank of the property, best text); `search`: language → texts a column.

    A language is a lower-case tag, or empty for literals without one.
    """

    labels: dict[str, tuple[int, str]] = field(default_factory=dict)
    search: dict[str, tuple[list[str], list[str], list[str]]] = field(default_factory=dict)


def texts(iri: str, lines: Sequence[Line]) -> Texts:
    """The texts in the quads of `iri`; a thing without a label can be searched by its local name."""
    found = Texts()
    wanted = [line for line in lines if line.predicate in _COLUMNS and line.object.startswith('"')]
    quads = ox.parse("".join(line.text for line in wanted), format=ox.RdfFormat.N_QUADS) if wanted else ()
    for line, quad in zip(wanted, quads, strict=True):
        literal = quad.object
        if not isinstance(literal, ox.Literal):
            continue
        language, text = literal.language or "", literal.value
        column = found.search.setdefault(language, ([], [], []))[_COLUMNS[line.predicate]]
        if text not in column:  # the same text may stand in several graphs
            column.append(text)
        rank = _LABELS.get(line.predicate)
        if rank is not None and text.strip():
            found.labels[language] = min(found.labels.get(language, (rank, text)), (rank, text))
    if not found.labels:
        found.search.setdefault("", ([], [], []))[0].append(local_name(iri))
    return found


def local_name(iri: str) -> str:
    """The last part of an IRI as words.

    >>> local_name("http://example.org/ns#partOf"), local_name("http://example.org/l%C3%A0-bas/")
    ('part Of', 'là-bas')
    """
    name = re.split(r"[/#:]", iri.rstrip("/#"))[-1]
    return _CAMEL.sub(" ", unquote(name)).replace("_", " ")
