"""Choosing what to look at, looking, and the verdict."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox

from parley.errors import Finding
from parley.formats import N_TRIPLES, TURTLE
from parley.verify.checks import CHECKS, Fault, parsed
from parley.verify.client import BudgetSpent, Client
from parley.vocab import VOID


@dataclass(slots=True)
class Verdict:
    """The outcome of one check: how many IRIs were looked at, and what was wrong."""

    check: str
    clause: str
    looked: int = 0
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """All verdicts; `complete` is False if the requests allowed did not suffice.

    `hint` says what may have been meant instead; mostly it is empty.
    """

    url: str
    iris: list[str]
    verdicts: list[Verdict]
    requests: int = 0
    complete: bool = True
    hint: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing was found wrong, and everything was looked at."""
        return self.complete and not any(verdict.faults for verdict in self.verdicts)


def verify(client: Client, url: str, iris: list[str], sample: int) -> Result:
    """Look at `iris`, or at a sample of those that the site at `url` names.

    Raises Finding if there is nothing to look at.
    """
    given = client.base
    chosen, space = (iris, "") if iris else find_iris(client, url, sample)
    result = Result(url, chosen, [Verdict(check.name, check.clause) for check in CHECKS])
    try:
        for check, verdict in zip(CHECKS, result.verdicts, strict=True):
            for iri in chosen:
                verdict.faults += check.look(client, iri)
                verdict.looked += 1
    except BudgetSpent:
        result.complete = False
    result.requests = client.sent
    if client.base != given:
        result.hint = f"The IRIs begin with {space}. {url} is on this machine, so they were asked for there."
    elif not client.base:
        result.hint = _hint(url, space, result.verdicts[0].faults)
    return result


def _hint(url: str, space: str, unanswered: list[Fault]) -> str:
    """The cure for IRIs that lead elsewhere, or nowhere yet; `space` is what they begin with, if that is known."""
    away = [fault.iri for fault in unanswered if not fault.iri.startswith(url)]
    if not away:
        return ""
    whose = f"{len(away)} of the IRIs do not begin with {url}, and do not answer where they lead"
    return f"{whose}. If {url} is where they are to be looked at, add --base {space or 'and what they begin with'}."


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def find_iris(client: Client, url: str, sample: int) -> tuple[list[str], str]:
    """Up to `sample` IRIs of the site: those of its VoID description, then those in the documents they lead to.

    Without a description, the one at `url` itself. The text that the site's IRIs begin with comes second, if the
    description tells (VoID §4.3); of a site on this machine they are asked for there, for they can't lead to it.
    Raises Finding if there is none.
    """
    root = client.base or url
    void = client.follow(urljoin(root, ".well-known/void"), Accept=TURTLE.media_type)[0]
    quads = parsed(void, TURTLE) if void.status == 200 else None
    starts = [q.object.value for q in quads or () if q.predicate.value == f"{VOID}exampleResource"
              and isinstance(q.object, ox.NamedNode)]  # fmt: skip
    starts = starts or [url]
    spaces = (q.object for q in quads or () if q.predicate.value == f"{VOID}uriSpace")
    space = next((o.value for o in spaces if isinstance(o, ox.Literal)), "")
    if space and not client.base and not space.startswith(url) and _is_here(url):
        root = client.base = space
        client.server = url
    found = dict.fromkeys(starts)
    for start in starts:
        if len(found) >= 4 * sample:
            break
        reply = client.follow(start, Accept=N_TRIPLES.media_type + ", " + TURTLE.media_type + ";q=0.9")[0]
        syntax = TURTLE if reply.media_type == TURTLE.media_type else N_TRIPLES
        named = (t for q in parsed(reply, syntax) or () for t in (q.subject, q.object))
        found |= dict.fromkeys(t.value for t in named if isinstance(t, ox.NamedNode) and t.value.startswith(root))
    if found == {url: None} and client.follow(url, Accept=TURTLE.media_type)[0].status not in (200, 406):
        raise Finding(f"{url} does not answer.", cure="Check the address, or name IRIs with --iri.")
    own = [iri for iri in found if "/.well-known/" not in iri]
    return random.Random(len(own)).sample(own, min(sample, len(own))), space
