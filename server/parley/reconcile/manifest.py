"""The service manifests: what the service is called, where its parts are, what it can do, in the words of a version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from parley import __version__

#: All identifiers are IRIs, which is what the RDF extension of OpenRefine says with this.
IDENTIFIERS: Final = "http://www.ietf.org/rfc/rfc3986"
THINGS: Final = "http://www.w3.org/2002/07/owl#Thing"
#: Size of a preview, in pixels.
WIDTH, HEIGHT = 430, 300


@dataclass(frozen=True, slots=True)
class Facts:
    """What a manifest says: `address(path)` is the absolute address of a page of the site, in the service's language.

    `words` are its texts, by the names of the settings of data extension; `batch` the most queries in one.
    """

    name: str
    address: Callable[[str], str]
    types: Iterable[Mapping[str, str]]
    language: str
    languages: tuple[str, ...]
    words: Mapping[str, str]
    batch: int

    @property
    def types_listed(self) -> list[dict[str, str]]:
        """The kinds of things that the data is mainly about."""
        return [{"id": kind["id"], "name": kind["name"]} for kind in self.types]

    @property
    def choices(self) -> list[dict[str, str]]:
        """Languages that texts may be wanted in."""
        return [{"value": tag, "name": tag} for tag in self.languages] + [{"value": "*", "name": self.words["any"]}]


def version_0_2(facts: Facts) -> dict[str, Any]:
    """The manifest of version 0.2: addresses of parts are written out."""
    root = facts.address("reconcile")
    suggest = {
        kind: {"service_url": root, "service_path": f"/suggest/{kind}"} for kind in ("entity", "type", "property")
    }
    return {
        "versions": ["0.2"],
        "name": facts.name,
        "identifierSpace": IDENTIFIERS,
        "schemaSpace": THINGS,
        "documentation": facts.address("reconcile") + "?format=html",
        "serviceVersion": __version__,
        "batchSize": facts.batch,
        "view": {"url": facts.address("describe") + "?iri={{id}}"},
        "preview": {"url": f"{root}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "defaultTypes": facts.types_listed,
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/properties"},
            "property_settings": [
                {"name": name, "label": facts.words[name], "help_text": facts.words[f"{name}_help"], **more}
                for name, more in _settings(facts)
            ],
        },
    }


def version_1_0(facts: Facts) -> dict[str, Any]:
    """The manifest of version 1.0-draft: parts are where the specification puts them."""
    return {
        "versions": ["1.0-draft"],
        "name": facts.name,
        "lang": facts.language,
        "documentation": facts.address("reconcile") + "?format=html",
        "serviceVersion": __version__,
        "batchSize": facts.batch,
        "standardizedScore": True,
        "view": {"url": facts.address("describe") + "?iri={id}"},
        "preview": {"width": WIDTH, "height": HEIGHT},
        "defaultTypes": facts.types_listed,
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [
                {"id": name, "name": facts.words[name], "helpText": facts.words[f"{name}_help"], **more}
                for name, more in _settings(facts)
            ],
        },
    }


def _settings(facts: Facts) -> list[tuple[str, dict[str, Any]]]:
    limit = {"type": "number", "default": 0}
    language = {"type": "select", "default": facts.language, "choices": facts.choices}
    return [("limit", limit), ("language", language)]
