"""What a worker serves from: one release, opened for reading; `sites` says when it goes over to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import current_app

from parley import publication as publications
from parley.publication import Publication
from parley.queries import SavedQuery
from parley.release.changes import Changes
from parley.release.index import Index
from parley.release.manifest import Manifest
from parley.release.queries import read_queries
from parley.serialise.names import Prefixes
from parley.serving import Serving
from parley.settings import Settings
from parley.urls import Urls
from parley.web.rdf.ontologies import Versions, versions

#: Where the Flask application keeps its site.
EXTENSION = "parley"


@dataclass(frozen=True, slots=True)
class Site:
    """One release, opened for reading; safe to use from several threads."""

    release: Path
    manifest: Manifest
    publication: Publication
    index: Index
    engine: Path
    urls: Urls
    settings: Settings
    prefixes: Prefixes
    long_documents: Mapping[str, int] = field(default_factory=dict)
    queries: tuple[SavedQuery, ...] = ()
    run: Path | None = None
    changes: Changes | None = None
    #: The versions of its ontologies.
    versions: Versions = field(default_factory=lambda: Versions({}, frozenset()))
    #: What the publication's catalogue calls its things, by their class; see `rdf.documents`.
    instances: dict[str, str | None] = field(default_factory=dict)

    @classmethod
    def open(cls, serving: Serving) -> Site:
        """Open a release directory. Raises ReleaseError if it is not whole."""
        text = (serving.release / publications.FILE_NAME).read_text(encoding="utf-8")
        publication = publications.parse(serving.release, text, environment={})
        index = Index.open(serving.release / "index.sqlite")
        settings = serving.settings
        long_documents = index.long_documents(settings.page_terms)
        return cls(
            release=serving.release,
            manifest=Manifest.read(serving.release),
            publication=publication,
            index=index,
            engine=serving.engine,
            urls=Urls(
                publication.base,
                publication.languages,
                settings.prefix,
                index.has_fragments,
                long_documents.__contains__,
            ),
            settings=settings,
            prefixes=Prefixes(publication.all_prefixes),
            long_documents=long_documents,
            queries=read_queries(serving.release),
            run=serving.run,
            changes=Changes.open(serving.release),
            versions=versions(index),
        )

    def canonical(self, path: str) -> str:
        """The IRI of a page of the server itself under the publication's base; what RDF says."""
        base = self.publication.base
        return (base if base.endswith("/") else base.rstrip("#") + "/") + path

    def dump_address(self, name: str) -> str:
        """The address of a dump on this server, which never changes its content."""
        own = f"/release/{self.manifest.id}"
        prefix = self.settings.prefix
        return f"{prefix if prefix.endswith(own) else prefix + own}/dumps/{name}"

    def public(self, path: str) -> str:
        """The absolute address of a page as users see it, for what must not be relative, such as sitemaps."""
        shown = self.settings.public_url
        return f"{shown.rstrip('/')}/{path}" if shown else self.canonical(path)

    def close(self) -> None:
        """Release the index's connections."""
        self.index.close()
        if self.changes is not None:
            self.changes.close()


def current_site() -> Site:
    """The site of the request that is being answered; for views and templates."""
    site: Site = current_app.extensions[EXTENSION]
    return site
