"""Terms and SHACL paths as people read them: Turtle, with the publication's prefixes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH
from rdflib.term import Node

_LOCAL = re.compile(r"[\w-]+(\.[\w-]+)*")
_POSTFIX = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


class Names:
    """Renders terms; `prefixes` maps prefixes to namespaces."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        # the longest namespace first, so that the finest prefix wins
        self._prefixes = sorted(prefixes.items(), key=lambda item: (-len(item[1]), item[0]))

    def term(self, term: Node | None) -> str:
        """The term in Turtle; an IRI as a prefixed name if its local part needs no escaping."""
        if term is None:
            return ""
        if isinstance(term, URIRef):
            return self.iri(str(term))
        if isinstance(term, Literal):
            text = '"' + str(term).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
            if term.language:
                return f"{text}@{term.language}"
            return f"{text}^^{self.iri(str(term.datatype))}" if term.datatype else text
        return f"_:{term}"

    def iri(self, iri: str) -> str:
        """The IRI, shortened if a prefix fits."""
        for prefix, namespace in self._prefixes:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"

    def path(self, graph: Graph, path: Node | None) -> str:
        """The SHACL path (SHACL §2.3.1) as a SPARQL property path; its lists are read from `graph`."""
        if not isinstance(path, BNode):
            return self.term(path)
        if (path, RDF.first, None) in graph:
            return "/".join(self.path(graph, step) for step in Collection(graph, path))
        for predicate, value in graph.predicate_objects(path):
            if predicate == SH.inversePath:
                return f"^{self.path(graph, value)}"
            if predicate == SH.alternativePath:
                return "(" + "|".join(self.path(graph, step) for step in Collection(graph, value)) + ")"
            if isinstance(predicate, URIRef) and predicate in _POSTFIX:
                return f"({self.path(graph, value)}){_POSTFIX[predicate]}"
        return self.term(path)
