"""Links to other sites, by who runs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from parley.web.view.naming import Text, collation
from parley.web.view.values import Fact, Group

#: What people of any language call the sites that much data links to; all others go by the name of their host.
PROVIDERS: Final = {
    "wikidata.org": "Wikidata", "wikipedia.org": "Wikipedia", "dbpedia.org": "DBpedia", "viaf.org": "VIAF",
    "id.loc.gov": "Library of Congress", "d-nb.info": "Deutsche Nationalbibliothek", "data.bnf.fr": "BnF",
    "isni.org": "ISNI", "orcid.org": "ORCID", "geonames.org": "GeoNames", "openstreetmap.org": "OpenStreetMap",
    "eurovoc.europa.eu": "EuroVoc", "metadata.un.org": "UNBIS", "ror.org": "ROR", "doi.org": "DOI",
    "idref.fr": "IdRef", "vocab.getty.edu": "Getty", "worldcat.org": "WorldCat",
}  # fmt: skip


def by_provider(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The links of `groups`, which are by property, by provider; each says the property that makes it."""
    found: dict[str, list[Fact]] = {}
    rest: list[Group] = []
    for group in groups:
        kept = [fact for fact in group.facts if not (fact.value.external and fact.value.href)]
        if kept:
            rest.append(replace(group, facts=tuple(kept)))
        for fact in group.facts:
            if fact.value.external and fact.value.href:
                host = urlsplit(fact.value.href).netloc.removeprefix("www.")
                text = fact.value.text.text
                short = text.removeprefix("www.").removeprefix(f"{host}/") or text
                value = replace(fact.value, text=Text(short, fact.value.text.language), relation=group.label)
                found.setdefault(provider(host), []).append(replace(fact, value=value))
    made = [Group("", Text(name), None, tuple(found[name])) for name in sorted(found, key=collation)]
    return (*made, *rest)


def provider(host: str) -> str:
    """What to call the site at `host`.

    >>> provider("fr.wikipedia.org"), provider("example.org")
    ('Wikipedia', 'example.org')
    """
    known = (name for end, name in PROVIDERS.items() if host == end or host.endswith(f".{end}"))
    return next(known, host)
