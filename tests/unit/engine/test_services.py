"""Which addresses another endpoint may have, and that the one asked is the one checked."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from parley.engine.clauses import first_service, from_clauses
from parley.engine.services import ServiceDenied, Services, is_public
from parley.errors import SettingError
from parley.settings import Settings

NAMED = "https://a.example/sparql"
PRIVATE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1",
    "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2001:db8::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "193.0.6.139", "2001:67c:2e8:22::c100:68b", "::ffff:8.8.8.8", "64:ff9b::808:808"]


def resolver(*addresses: str) -> Any:
    """A name service with these answers; it counts how often it is asked."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        if not addresses:
            raise socket.gaierror
        return [(socket.AF_INET6 if ":" in a else socket.AF_INET, 1, 6, "", (a, port)) for a in addresses]

    resolve.asked = asked  # type: ignore[attr-defined]
    return resolve


def services(*endpoints: str, networks: str = "") -> Services:
    return Services.from_settings(Settings(services=" ".join(endpoints), service_networks=networks))


def test_public_and_private_addresses_are_told_apart() -> None:
    assert len(PRIVATE) >= 20 and len(PUBLIC) >= 5
    assert [a for a in PRIVATE if is_public(ipaddress.ip_address(a))] == []
    assert [a for a in PUBLIC if not is_public(ipaddress.ip_address(a))] == []


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_denied(address: str) -> None:
    with pytest.raises(ServiceDenied, match="service_networks"):
        services(NAMED).addresses(NAMED, resolver(address))
    with pytest.raises(ServiceDenied, match="service_networks"):
        services(NAMED).addresses(NAMED, resolver("8.8.8.8", address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_name_is_looked_up_once_and_its_address_is_the_answer(address: str) -> None:
    """What the name leads to afterwards (DNS rebinding) plays no part: the address is connected to, not the name."""
    resolve = resolver(address)
    assert [row[1] for row in services(NAMED).addresses(NAMED, resolve)] == [(address, 443)]
    assert resolve.asked == ["a.example"]


def test_the_operator_may_mean_a_private_address() -> None:
    literal = "http://10.0.0.5:3030/ds/query"
    assert services(literal).addresses(literal, resolver("10.0.0.5"))[0][1] == ("10.0.0.5", 3030)
    near = services(NAMED, networks="10.0.0.0/8 fd00::/8")
    assert near.addresses(NAMED, resolver("10.9.9.9", "fd00::1"))
    with pytest.raises(ServiceDenied):
        near.addresses(NAMED, resolver("10.9.9.9", "192.168.0.1"))
    with pytest.raises(ServiceDenied, match="not on the list"):
        near.addresses("https://b.example/", resolver("8.8.8.8"))
    with pytest.raises(ServiceDenied, match="no address"):
        near.addresses(NAMED, resolver())


@pytest.mark.parametrize(
    "text", ["ftp://a/", "a.example", "https://u:p@a/", "http://a/#x", "http://a:99999/", "http://[::1/", "http:///x"]
)
def test_what_is_no_endpoint_is_no_setting(text: str) -> None:
    with pytest.raises(SettingError, match="services"):
        services(text)


@pytest.mark.parametrize(
    ("query", "body", "before"),
    [
        ("ASK { ?s ?p ?o . SERVICE <e:> { ?x ?y ?z } }", "{ ?x ?y ?z }", "?s ?p ?o ."),
        ("ASK { ?s ?p ?o FILTER(?z > ')') ?a ?b 'x'@en SERVICE SILENT <e:> {} }", "{}", "?s ?p ?o  ?a ?b 'x'@en"),
        ("ASK { FILTER NOT EXISTS { ?a ?b ?c } ?s ?p ?o service <e:> { SERVICE <f:> {} } }", "{ SERVICE <f:> {} }",
         " ?s ?p ?o"),
        ("ASK { ?s ?p ?o OPTIONAL { SERVICE <e:> {} } }", "{}", "?s ?p ?o"),
        ("ASK { ?s ?p ?o OPTIONAL { SERVICE <e:> {} MINUS {} } }", "{}", ""),
        ("ASK { GRAPH ?g { { ?s ?p ?o SERVICE <e:> {} } } }", "{}", ""),
        ("ASK { SERVICE <e:> { FILTER(?x = '}') } ?s ?p ?o }", "{ FILTER(?x = '}') }", ""),
        ("ASK { # }\n ?s <http://x/#> '''}''' . SERVICE <e:> {} }", "{}", "?s <http://x/#> '''}''' ."),
    ],
)  # fmt: skip
def test_a_clause_is_found_with_what_is_known_before(query: str, body: str, before: str) -> None:
    clause = first_service(query)
    assert clause is not None and clause.endpoint == "e:"
    assert (clause.body, clause.before) == (body, before)
    assert query[clause.start : clause.end].endswith(body)


def test_no_clause_where_there_is_none() -> None:
    for query in (
        "ASK {}",
        "ASK { ?service ?p 'SERVICE <e:> {}' }",
        "# SERVICE <e:> {}\nASK {}",
        "ASK { SERVICE ?x {} }",
    ):
        assert first_service(query) is None


def test_the_dataset_is_copied() -> None:
    text = "SELECT * FROM <a:> from named x:b { ?from ?p 'FROM' }"
    assert from_clauses(text) == "FROM <a:> from named x:b"
