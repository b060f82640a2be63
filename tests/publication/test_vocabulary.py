"""Every class and property in use is defined: by the publication's ontology, or by the vocabulary it reuses."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from rdflib import namespace
from rdflib.namespace import DefinedNamespace

from parley.pipeline.build import Built
from parley.publication import Publication
from parley.release.directory import StateDirectory
from parley.roles import Role
from parley.vocab import OWL, RDF, RDF_TYPE, RDFS

#: Vocabularies of which rdflib knows every term.
REUSED = [
    getattr(namespace, name)
    for name in ("DCAT", "DCMITYPE", "DCTERMS", "FOAF", "GEO", "ORG", "OWL", "PROV", "RDF", "RDFS", "SDO", "SH", "SKOS",
                 "TIME", "VANN", "VOID", "XSD")
]  # fmt: skip
#: Terms of DCAT 3 (2024-08-22) that rdflib's list, made from DCAT 2, lacks.
DCAT_3 = {"http://www.w3.org/ns/dcat#" + name for name in ("version", "hasVersion", "previousVersion", "inSeries")}
DECLARING = {OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")} | {
    RDFS + "Class",
    RDF + "Property",
}


def _quads(built: Built) -> Iterator[ox.Quad]:
    return ox.parse(path=str(built.path / "quads.nq"), format=ox.RdfFormat.N_QUADS)


def _used(built: Built, roles: set[str]) -> set[str]:
    graphs = {graph.iri for graph in built.manifest.graphs if graph.role in roles}
    terms: set[str] = set()
    for quad in _quads(built):
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value in graphs:
            terms.add(quad.predicate.value)
            if quad.predicate.value == RDF_TYPE and isinstance(quad.object, ox.NamedNode):
                terms.add(quad.object.value)
    return terms


def _declared(built: Built) -> set[str]:
    return {
        quad.subject.value
        for quad in _quads(built)
        if quad.predicate.value == RDF_TYPE
        and isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value in DECLARING
    }


def _in_vocabulary(term: str, vocabulary: type[DefinedNamespace]) -> bool:
    return term.startswith(str(vocabulary)) and term[len(str(vocabulary)) :] in vocabulary


def undefined(terms: set[str], declared: set[str]) -> list[str]:
    return sorted(t for t in terms - declared - DCAT_3 if not any(_in_vocabulary(t, v) for v in REUSED))


@pytest.mark.parametrize("which", ["real", "tiny"])
def test_every_term_used_is_defined(which: str, request: pytest.FixtureRequest) -> None:
    built: tuple[Publication, StateDirectory, Built] = request.getfixturevalue(which)
    terms = _used(built[2], {role.value for role in Role} - {Role.SHAPES.value, Role.INFERRED.value})
    assert len(terms) >= 20
    assert undefined(terms, _declared(built[2])) == []


def test_a_misspelt_term_is_found() -> None:
    misspelt = {"http://www.w3.org/2004/02/skos/core#prefLable", "https://example.org/own#term"}
    assert undefined({*misspelt, "http://www.w3.org/2004/02/skos/core#prefLabel"}, set()) == sorted(misspelt)
