"""One thing, many addresses: the ways in which an IRI of a well-known authority is written.

An item of Wikidata is `http://www.wikidata.org/entity/Q7` in RDF, and `https://www.wikidata.org/wiki/Q7` in the address
bar of a browser; people paste either. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Final
from urllib.parse import quote, unquote

#: What an address looks like after its scheme, and how the same thing is written; the first is the authority's own.
_AUTHORITIES: Final[tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = tuple(
    (re.compile(pattern), templates)
    for pattern, templates in (
        (
            r"(?:www\.|m\.)?wikidata\.org/(?:entity|wiki|wiki/Special:EntityData)/(?P<id>[QP]\d+)(?:\.\w+)?",
            ("www.wikidata.org/entity/{id}", "www.wikidata.org/wiki/{id}"),
        ),
        (r"(?:www\.)?wikidata\.org/wiki/(?:Property|Lexeme):(?P<id>[PL]\d+)", ("www.wikidata.org/entity/{id}",)),
        (
            r"(?P<host>(?:\w+\.)?dbpedia\.org)/(?:resource|page)/(?P<id>.+)",
            ("{host}/resource/{id}", "{host}/page/{id}"),
        ),
        (r"eurovoc\.europa\.eu/(?:c_)?(?P<id>[0-9a-f]+)", ("eurovoc.europa.eu/{id}", "eurovoc.europa.eu/c_{id}")),
        (r"(?:sws|www)\.geonames\.org/(?P<id>\d+)(?:/.*)?", ("sws.geonames.org/{id}", "www.geonames.org/{id}")),
        (r"(?:www\.)?viaf\.org/viaf/(?P<id>\d+)(?:/.*)?", ("viaf.org/viaf/{id}",)),
        (r"(?:www\.)?isni\.org/(?:isni/)?(?P<id>\d{15}[\dX])", ("isni.org/isni/{id}", "isni.org/{id}")),
        (r"d-nb\.info/gnd/(?P<id>[\dX-]+)(?:/about.*)?", ("d-nb.info/gnd/{id}",)),
        (r"data\.bnf\.fr/(?:\w\w/)?(?P<id>ark:/12148/\w+)(?:#.*)?", ("data.bnf.fr/{id}", "data.bnf.fr/{id}#about")),
        (r"id\.loc\.gov/authorities/(?P<id>\w+/\w+)(?:\.html)?", ("id.loc.gov/authorities/{id}",)),
        (r"digitallibrary\.un\.org/record/(?P<id>\d+)(?:/.*)?", ("digitallibrary.un.org/record/{id}",)),
        (r"(?:docs\.un\.org|undocs\.org)/(?:\w\w/)?(?P<id>[A-Z].*)", ("undocs.org/{id}", "docs.un.org/en/{id}")),
    )
)
_VIEWER: Final = re.compile(r"op\.europa\.eu/[^?#]*\?(?:[^#]*&)?uri=https?(?::|%3A)(?:/|%2F){2}(?P<iri>[^&#]+)", re.I)
_WEB: Final = re.compile(r"https?://(?P<rest>.+)", re.DOTALL)
_WIKIDATA: Final = re.compile(r"[QPL][1-9]\d{0,11}")
#: Characters that one tool escapes in an IRI and another does not.
_SAFE: Final = "/#?:@!$&'()*+,;=-._~%"


def spellings(iri: str) -> tuple[str, ...]:
    """`iri`, then all other forms under which data may have it; symmetric: each form has the same others.

    >>> "http://www.wikidata.org/entity/Q7" in spellings("https://m.wikidata.org/wiki/Q7")
    True
    >>> spellings("urn:isbn:0")
    ('urn:isbn:0',)
    """
    found = _WEB.fullmatch(iri)
    if found is None:
        return (iri,)
    return tuple(dict.fromkeys([iri, *_expanded(found["rest"])]))


def _expanded(rest: str) -> Iterator[str]:
    for form in _forms(rest):
        bare = form.rstrip("/")
        for text in dict.fromkeys([bare, unquote(bare), quote(unquote(bare), safe=_SAFE)]):
            for end in ("", "/"):
                yield f"http://{text}{end}"
                yield f"https://{text}{end}"


def _forms(rest: str) -> tuple[str, ...]:
    if viewed := _VIEWER.match(rest):  # the EU's browser of vocabularies
        rest = unquote(viewed["iri"])
    plain = re.split(r"[?#]", rest, maxsplit=1)[0]  # language and place on a page, as an address bar has them
    for text, (pattern, templates) in product(dict.fromkeys((rest, plain)), _AUTHORITIES):
        if match := pattern.fullmatch(text.rstrip("/")):
            return tuple(template.format(**match.groupdict()) for template in templates)
    host, slash, path = rest.partition("/")
    other = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    return (rest, other + slash + path)


def expand_identifier(text: str) -> str | None:
    """The IRI that a bare identifier stands for, if it is one of those that say so by their form.

    >>> expand_identifier("Q7184"), expand_identifier("Quebec")
    ('http://www.wikidata.org/entity/Q7184', None)
    """
    return f"http://www.wikidata.org/entity/{text}" if _WIKIDATA.fullmatch(text) else None
