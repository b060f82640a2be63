"""Which other endpoints SERVICE may ask (SPARQL 1.1 Federated Query), and which addresses their names may lead to.

An endpoint is asked only if its IRI is on the operator's list. Where its name leads is looked up once, and the request
goes to the very address that was checked: a name that leads elsewhere the next time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Self
from urllib.parse import urlsplit

from parley.errors import SettingError
from parley.settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[..., list[tuple[Any, ...]]]

_PORTS: Final = {"http": 80, "https": 443}
#: What an IRI between `<` and `>` can't hold; in the list it would stand for nothing that a query can say.
_UNFIT: Final = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
#: IPv6 addresses that stand for IPv4 ones in their last 32 bits (RFC 6052).
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_6TO4: Final = ipaddress.IPv6Network("2002::/16")


class ServiceDenied(Exception):
    """An endpoint's name leads where nothing may be asked, or nowhere; the message is for the author of the query."""


@dataclass(frozen=True, slots=True)
class Services:
    """The endpoints that may be asked, as their IRIs stand in queries, and private networks in which they may be."""

    endpoints: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = field(default=())

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """What `services` and `service_networks` say; raises SettingError."""
        endpoints = settings.services.split()
        if endpoints and settings.endpoint:
            raise SettingError(
                "Both `engine` and `services` are set, but a remote engine is never sent SERVICE.",
                cure="Leave out one of them.",
            )
        for endpoint in endpoints:
            _check(endpoint)
        try:
            networks = tuple(ipaddress.ip_network(text) for text in settings.service_networks.split())
        except ValueError as error:
            raise SettingError(f"`service_networks`: {error}.", cure="Write networks as 10.0.0.0/8.") from None
        return cls(frozenset(endpoints), networks)

    def to_json(self) -> str:
        """One line for the broker's command line."""
        return json.dumps({"endpoints": sorted(self.endpoints), "networks": [str(n) for n in self.networks]})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote."""
        value = json.loads(text)
        return cls(frozenset(value["endpoints"]), tuple(map(ipaddress.ip_network, value["networks"])))

    def addresses(self, endpoint: str, resolve: Resolve = socket.getaddrinfo) -> list[tuple[Any, ...]]:
        """The socket addresses of a listed endpoint as `resolve` (getaddrinfo) gives them: family and address.

        A private address is right where it is written in the IRI itself, which is on the list, or lies in one of the
        networks. If a single address of a name is wrong, all are: nobody else should say where a request goes.
        Raises ServiceDenied.
        """
        if endpoint not in self.endpoints:
            raise ServiceDenied("is not on the list of endpoints")
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        try:
            found = resolve(host, parts.port or _PORTS[parts.scheme], type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise ServiceDenied("has a name that leads to no address") from None
        if not _is_literal(host) and not all(self._may_be_asked(row[4][0]) for row in found):
            raise ServiceDenied("has a private address; the operator may list its network in service_networks")
        return [(row[0], row[4]) for row in found]

    def _may_be_asked(self, text: str) -> bool:
        address = ipaddress.ip_address(text.partition("%")[0])
        return is_public(address) or any(address in network for network in self.networks)


def is_public(address: Address) -> bool:
    """Whether everybody's packets to `address` go to the same host; for one that wraps another, the wrapped one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address in _6TO4:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _check(endpoint: str) -> None:
    try:
        parts = urlsplit(endpoint)
        right = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
        parts = urlsplit("")
    if not right or parts.fragment or "@" in parts.netloc or _UNFIT.search(endpoint):
        raise SettingError(
            f"`services` has “{endpoint}”, which is no address of an endpoint.",
            cure="Write http or https URLs, without user name and fragment, with blanks between them.",
        )
