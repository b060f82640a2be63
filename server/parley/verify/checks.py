"""The checks, one function each: what is asked, and what is wrong with the answer."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox

from parley.formats import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Format
from parley.verify.client import LARGEST_BODY, Client, Reply

SYNTAXES: Final = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML)
#: What real clients send.
_RDFLIB: Final = "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1"
_BROWSER: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one answer."""

    iri: str
    detail: str


Faults = Iterator[Fault]


@dataclass(frozen=True, slots=True)
class Check:
    """A name, the clause it rests on, and the function that looks."""

    name: str
    clause: str
    look: Callable[[Client, str], Faults]


def parsed(reply: Reply, syntax: Format) -> list[ox.Quad] | None:
    """The quads of an answer, or None if it is not in that syntax."""
    try:
        return list(ox.parse(reply.body, format=syntax.oxigraph, base_iri=reply.url))
    except (SyntaxError, ValueError):
        return None


def _document(client: Client, iri: str, syntax: Format) -> Reply:
    return client.follow(iri, Accept=syntax.media_type)[0]


def dereferences(client: Client, iri: str) -> Faults:
    """The IRI answers in Turtle, and the answer speaks of it."""
    reply, steps = client.follow(iri, Accept=TURTLE.media_type)
    if reply.status != 200:
        yield Fault(iri, reply.failure or f"status {reply.status}")
        return
    if steps and steps[0].status not in (301, 302, 303, 307, 308):
        yield Fault(iri, f"redirected with {steps[0].status}")
    quads = parsed(reply, TURTLE) if reply.media_type == TURTLE.media_type else None
    if quads is None:
        yield Fault(iri, f"asked for Turtle, got {reply.media_type or 'no Content-Type'}")
    elif not any(ox.NamedNode(iri) in (quad.subject, quad.object, quad.predicate) for quad in quads):
        yield Fault(iri, "the document does not hold the IRI")


def negotiates(client: Client, iri: str) -> Faults:
    """Each syntax comes under its own media type, and parses; a browser gets HTML."""
    for syntax in SYNTAXES:
        reply = _document(client, iri, syntax)
        if reply.status == 406:
            yield Fault(iri, f"{syntax.label} is not offered")
        elif reply.status != 200:
            yield Fault(iri, f"asked for {syntax.media_type}, got {reply.failure or reply.status}")
        elif reply.media_type != syntax.media_type:
            yield Fault(iri, f"asked for {syntax.media_type}, got {reply.media_type or 'no Content-Type'}")
        elif parsed(reply, syntax) is None:
            yield Fault(iri, f"the {syntax.label} does not parse")
    page = client.follow(iri, Accept=_BROWSER)[0]
    if page.media_type not in ("text/html", "application/xhtml+xml"):
        yield Fault(iri, f"a browser gets {page.media_type or page.status}")


def agrees(client: Client, iri: str) -> Faults:
    """All syntaxes hold the same triples (RDFC-1.0)."""
    forms: dict[str, str] = {}
    for syntax in SYNTAXES:
        reply = _document(client, iri, syntax)
        quads = parsed(reply, syntax) if reply.media_type == syntax.media_type else None
        if quads is not None:
            dataset = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
            dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            forms[syntax.label] = "\n".join(sorted(map(str, dataset)))
    if len(set(forms.values())) > 1:
        yield Fault(iri, f"{', '.join(forms)} do not hold the same triples")


def weighs(client: Client, iri: str) -> Faults:
    """Weights, precision, exclusion and upper case in Accept are understood."""
    for accept, wanted in (
        ("application/n-triples;q=0.1, text/turtle;q=0.9", "text/turtle"),
        ("text/turtle;q=0.1, application/n-triples;q=0.9", "application/n-triples"),
        ("TEXT/TURTLE", "text/turtle"),
        (_RDFLIB, "application/rdf+xml"),
    ):
        reply = client.follow(iri, Accept=accept)[0]
        if reply.media_type != wanted:
            yield Fault(iri, f"“{accept}” gives {reply.media_type or reply.status}")
    reply = client.follow(iri, Accept="text/turtle;q=0, */*;q=0.1")[0]
    if reply.media_type == "text/turtle":
        yield Fault(iri, "gives Turtle to a client that excludes it")
    for accept in ("", ";;,/", "q=2"):
        reply = client.follow(iri, Accept=accept)[0]
        if reply.status >= 500 or reply.status == 0:
            yield Fault(iri, f"“{accept}” gives {reply.failure or reply.status}")


def varies(client: Client, iri: str) -> Faults:
    """A negotiated answer says so, so that no cache mixes the variants up (RFC 9110 §12.5.5)."""
    reply, steps = client.follow(iri, Accept=TURTLE.media_type)
    page, others = client.follow(iri, Accept=_BROWSER)
    for one, two in zip([*steps, reply], [*others, page], strict=False):
        if one.url != two.url:
            break
        same = (one.status, one.field("Location"), one.media_type) == (
            two.status,
            two.field("Location"),
            two.media_type,
        )
        if not same and "accept" not in {name.strip().lower() for name in one.field("Vary").split(",")}:
            yield Fault(iri, f"{one.url} differs by Accept and has no “Vary: Accept”")


def validates(client: Client, iri: str) -> Faults:
    """There is a validator, of the variant, and it is answered with 304 for that variant only (RFC 9110 §13)."""
    turtle = _document(client, iri, TURTLE)
    tag = turtle.field("ETag")
    if not tag:
        yield Fault(iri, "no ETag")
        return
    again = client.follow(iri, Accept=TURTLE.media_type, If_None_Match=tag)[0]
    if again.status != 304 or again.body:
        yield Fault(iri, f"If-None-Match gives {again.status}")
    elif again.field("ETag").removeprefix("W/") != tag.removeprefix("W/"):
        yield Fault(iri, "the 304 has not the ETag")
    other = client.follow(iri, Accept=JSON_LD.media_type, If_None_Match=tag)[0]
    if other.status == 304:
        yield Fault(iri, "a client that holds Turtle and asks for JSON-LD gets 304")
    elif other.field("ETag") == tag and not tag.startswith("W/") and other.media_type != turtle.media_type:
        yield Fault(iri, "Turtle and JSON-LD share a strong ETag")


def compresses(client: Client, iri: str) -> Faults:
    """The answer in gzip decodes to the document, and is told apart from the plain one (RFC 9110 §8.8.3.3, §12.5.5)."""
    plain = _document(client, iri, TURTLE)
    packed = client.follow(iri, Accept=TURTLE.media_type, Accept_Encoding="gzip")[0]
    coding, tag = packed.field("Content-Encoding").lower(), packed.field("ETag")
    if coding in ("", "identity"):
        return
    decoded = _unpacked(packed) if coding in ("gzip", "x-gzip") else None
    if decoded is None or parsed(decoded, TURTLE) is None:
        yield Fault(iri, f"asked for gzip, got {coding} that does not decode to Turtle")
    if tag and tag == plain.field("ETag") and not tag.startswith("W/"):
        yield Fault(iri, "the plain and the compressed answer share a strong ETag")
    if not {"accept-encoding", "*"} & {name.strip().lower() for name in packed.field("Vary").split(",")}:
        yield Fault(iri, "compressed, and has no “Vary: Accept-Encoding”")


def _unpacked(reply: Reply) -> Reply | None:
    """The answer without its coding, or None if it is none, or suspiciously large."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        body = unpacking.decompress(reply.body, LARGEST_BODY)
    except zlib.error:
        return None
    return replace(reply, body=body) if unpacking.eof else None


def heads(client: Client, iri: str) -> Faults:
    """HEAD gives the header of GET (RFC 9110 §9.3.2)."""
    reply = _document(client, iri, TURTLE)
    head = client.ask(reply.url, "HEAD", Accept=TURTLE.media_type)
    if head.status != reply.status:
        yield Fault(iri, f"GET gives {reply.status}, HEAD {head.status}")
    for name in ("Content-Type", "ETag", "Vary"):
        if head.status == 200 and head.field(name) != reply.field(name):
            yield Fault(iri, f"HEAD has another {name} than GET")


def refuses(client: Client, iri: str) -> Faults:
    """What can't be served is refused: 406, 404 and 405 where they belong, with no trace of a program."""
    reply = client.follow(iri, Accept="image/png")[0]
    if reply.status not in (200, 406):
        yield Fault(iri, f"“Accept: image/png” gives {reply.failure or reply.status}")
    missing = client.follow(iri.partition("#")[0] + "-nothing-of-that-name", Accept=TURTLE.media_type)[0]
    if missing.status not in (404, 410):
        yield Fault(iri, f"an IRI that is not there gives {missing.failure or missing.status}")
    # TRACE is safe (RFC 9110 §9.2.1): a check of somebody's site must not try whether DELETE works
    trace = client.ask(_document(client, iri, TURTLE).url, "TRACE")
    if not 400 <= trace.status < 500 and trace.status != 501:
        yield Fault(iri, f"TRACE gives {trace.failure or trace.status}")
    elif trace.status == 405 and not trace.field("Allow"):
        yield Fault(iri, "405 without Allow")
    for answer in (reply, missing, trace):
        if b"Traceback (most recent" in answer.body or b"\tat java." in answer.body:
            yield Fault(iri, f"{answer.status} shows the program's trace")


def opens(client: Client, iri: str) -> Faults:
    """Scripts of other sites may read it (CORS)."""
    reply = client.follow(iri, Accept=TURTLE.media_type, Origin="https://reader.example")[0]
    if reply.field("Access-Control-Allow-Origin") not in ("*", "https://reader.example"):
        yield Fault(iri, "no Access-Control-Allow-Origin")
    if reply.field("Set-Cookie"):
        yield Fault(iri, "sets a cookie")


def distrusts(client: Client, iri: str) -> Faults:
    """A forged host shows up nowhere in the answer."""
    reply = client.follow(
        iri, Accept=TURTLE.media_type, X_Forwarded_Host="evil.example", Forwarded="host=evil.example"
    )[0]
    if b"evil.example" in reply.body or "evil.example" in json.dumps(dict(reply.fields)):
        yield Fault(iri, "a forwarding field of the client's is repeated")


CHECKS: Final = (
    Check("dereferences", "Cool URIs §4", dereferences),
    Check("negotiates", "RFC 9110 §12", negotiates),
    Check("weights", "RFC 9110 §12.4.2", weighs),
    Check("same triples", "RDFC-1.0", agrees),
    Check("Vary", "RFC 9110 §12.5.5", varies),
    Check("validators", "RFC 9110 §13", validates),
    Check("codings", "RFC 9110 §8.4", compresses),
    Check("HEAD", "RFC 9110 §9.3.2", heads),
    Check("refusals", "RFC 9110 §15.5", refuses),
    Check("open to scripts", "Fetch", opens),
    Check("forged host", "RFC 9110 §7.2", distrusts),
)
