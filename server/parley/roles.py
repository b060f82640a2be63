"""What the named graphs of a publication are to it, and which role a file gives its graph unless told otherwise."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """What a named graph is to the publication, hence which stages handle it.

    The name is the word used in `[graphs]` of `publication.toml`, in manifests and in the service description.
    """

    PASSAGE = "passage"  # what a passage of a source says
    EDITORIAL = "editorial"  # the editors' own names, types and decisions
    OUTSIDE = "outside"  # other sources
    EXTERNAL = "external"  # other people's data, added as they are: never mixed with ours, never reasoned over
    DATA = "data"  # content of no finer role
    ONTOLOGY = "ontology"
    THEMES = "themes"
    INFERRED = "inferred"
    CATALOGUE = "catalogue"
    LINKS = "links"
    SHAPES = "shapes"
    IGNORED = "ignored"  # files that are not published

    @property
    def in_default_graph(self) -> bool:
        """Whether the store's default graph repeats this graph's triples, for queries without GRAPH."""
        return self in _CONTENT or self in (Role.ONTOLOGY, Role.THEMES, Role.INFERRED)

    @property
    def is_reasoned_over(self) -> bool:
        """Whether closure takes this graph as input."""
        return self in _CONTENT or self in (Role.ONTOLOGY, Role.THEMES)

    @property
    def is_skolemised(self) -> bool:
        """Whether blank nodes become IRIs; OWL's restrictions and SHACL's shapes must stay blank."""
        return self in _CONTENT or self is Role.EXTERNAL

    @property
    def is_validated(self) -> bool:
        """Whether the shapes apply to this graph."""
        return self in _CONTENT or self in (Role.THEMES, Role.CATALOGUE, Role.LINKS, Role.EXTERNAL)


_CONTENT = (Role.PASSAGE, Role.EDITORIAL, Role.OUTSIDE, Role.DATA)

#: First match wins; `*` also crosses folders.
DEFAULT_ROLES: tuple[tuple[str, Role], ...] = (
    ("shapes/examples/*", Role.IGNORED),
    ("data/external/*/source.ttl", Role.CATALOGUE),
    ("data/external/*", Role.EXTERNAL),
    ("data/claims/*", Role.PASSAGE),
    ("data/editorial/*", Role.EDITORIAL),
    ("data/outside/*", Role.OUTSIDE),
    ("data/themes.*", Role.THEMES),
    ("data/links/*", Role.LINKS),
    ("data/catalogue.*", Role.CATALOGUE),
    ("ontology/*", Role.ONTOLOGY),
    ("shapes/*", Role.SHAPES),
    ("*", Role.DATA),
)
