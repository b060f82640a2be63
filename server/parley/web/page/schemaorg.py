"""The data set in the words of schema.org, for search engines that find data sets (JSON-LD in the home page)."""

from __future__ import annotations

import json
from typing import Any, Final

from parley.formats import FORMATS, RDF_FORMATS
from parley.vocab import SCHEMA
from parley.web.http.headers import uri
from parley.web.page import pages
from parley.web.rdf import documents
from parley.web.site import Site

#: A description shorter than this is not accepted by search engines, a longer one than the other is cut.
_SHORTEST: Final = 50
_LONGEST: Final = 5000


def embedded(site: Site) -> str:
    """The text of a `script` element; `<` is escaped, so that no text can end the element."""
    return json.dumps(dataset(site), ensure_ascii=False, indent=1).replace("<", "\\u003c")


def dataset(site: Site) -> dict[str, Any]:
    """A `schema:Dataset` in the language of the page."""
    publication, manifest = site.publication, site.manifest
    title, text = pages.localised(publication.title), pages.localised(publication.description)
    counts = site.index.counts()
    description = text.text or title.text
    if len(description) < _SHORTEST:
        description = f"{description} {counts.entities} entities, {counts.triples} statements (RDF, SPARQL)."
    found: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "Dataset",
        "@id": documents.dataset(site) or publication.base,
        "name": title.text,
        "description": description[:_LONGEST],
        "url": site.canonical(""),
        "inLanguage": list(publication.languages),
        "isAccessibleForFree": True,
        "version": manifest.id[:12],
        "distribution": _distributions(site),
    }
    if publication.licence:
        found["license"] = uri(publication.licence)
    if publication.publisher:
        found["creator"] = {"@type": "Organization", "name": publication.publisher}
    if manifest.created:
        found["dateModified"] = manifest.created
    return found


def _distributions(site: Site) -> list[dict[str, Any]]:
    formats = {f.extension: f.media_type for f in FORMATS if f in RDF_FORMATS}
    return [
        {
            "@type": "DataDownload",
            "name": name.removeprefix("dumps/"),
            "encodingFormat": formats[name.rpartition(".")[2]],
            "contentUrl": uri(site.canonical(f"release/{site.manifest.id}/{name}")),
            "contentSize": f"{entry.size} B",
            "sha256": entry.sha256,
        }
        for name, entry in site.manifest.files.items()
        if name.startswith("dumps/") and name.count("/") == 1 and name.rpartition(".")[2] in formats
    ]
