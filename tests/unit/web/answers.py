"""Answers in SPARQL's JSON, for the drawings of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from parley.urls import Urls
from parley.vocab import XSD
from parley.web.view.answer import Cells
from parley.web.view.i18n import Interface, load_catalogues
from parley.web.view.naming import Namer
from parley.web.view.values import Links

EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"
#: Texts that would be more than texts on a careless page.
HOSTILE = (
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "]]><svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u202e{{7*7}}",
)


class Nothing:
    """No labels."""

    def labels(self, iris: Iterable[str]) -> dict[str, dict[str, str]]:
        return {}


def cells() -> Cells:
    interface = Interface.of("en", load_catalogues())
    links = Links(Urls("https://tide.example/", ("en",)), None, lambda _: True)
    return Cells(Namer(Nothing(), interface, "en"), links, interface, spoken=True)


def thing(name: str) -> dict[str, Any]:
    return {"type": "uri", "value": f"https://tide.example/{name}"}


def text(value: str, language: str = "") -> dict[str, Any]:
    return {"type": "literal", "value": value} | ({"xml:lang": language} if language else {})


def when(value: str, datatype: str = EDTF) -> dict[str, Any]:
    return {"type": "literal", "value": value, "datatype": datatype}


def number(value: str) -> dict[str, Any]:
    return when(value, XSD + "decimal")
