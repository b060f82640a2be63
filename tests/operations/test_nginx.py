"""Nginx before the site, with our sample configuration: nothing that matters changes, under a prefix and under load."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from proxy import nginx_before
from switching import Load, make_editions

from parley.release.directory import StateDirectory
from parley.verify.client import Client
from parley.verify.run import verify

Serve = Callable[..., AbstractContextManager[str]]
BASE = "http://lichen.example/garden/"
COMPARED = ("etag", "vary", "location", "content-location", "link", "cache-control", "content-type")
PATHS = (
    "/", "/becher", "/doc/becher", "/doc/exemplar/%C3%A9.ttl", "/doc/a%2Fb", "/%FF", "/nothing", "/downloads",
    "/.well-known/void", "/sparql?query=ASK%7B%7D", "/sitemap.xml", "/doc/becher/", "//doc/becher",
)  # fmt: skip
REDIRECTS = (("/t1", "/doc/t1"), ("/doc/t1/", "/doc/t1"), ("/doc", "/doc/"), ("/t1.ttl", "/doc/t1.ttl"))


def ask(address: str, path: str, **fields: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    for name, value in fields.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    found = response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    connection.close()
    return found


def test_nginx_changes_nothing_that_matters(tiny_site: str, tmp_path: Path) -> None:
    with nginx_before(tiny_site, tmp_path) as proxy:
        for path in PATHS:
            for accept in ("text/html", "text/turtle"):
                for coding in ("identity", "gzip", "br"):
                    one, two = (ask(a, path, Accept=accept, Accept_Encoding=coding) for a in (tiny_site, proxy))
                    assert one[0] == two[0], path
                    for name in COMPARED:
                        assert one[1].get(name) == two[1].get(name), (path, name)
                    assert one[2] == two[2] or one[0] >= 400, path
                    if "etag" in two[1]:
                        again = ask(proxy, path, Accept=accept, Accept_Encoding=coding, If_None_Match=two[1]["etag"])
                        assert again[0] == 304, path


def test_a_flood_of_queries_is_sent_away_and_documents_are_not(tiny_site: str, tmp_path: Path) -> None:
    with nginx_before(tiny_site, tmp_path) as proxy:
        answers = [ask(proxy, f"/{'de/' * (n % 2)}sparql?query=ASK%7B%7D", Accept="text/csv") for n in range(160)]
        statuses = [status for status, _fields, _body in answers]
        assert set(statuses) == {200, 429}
        assert statuses[:100] == [200] * 100, "a page that asks several things at once is no flood"
        fields, body = next((fields, body) for status, fields, body in answers if status == 429)
        assert (fields["content-type"], fields["retry-after"]) == ("application/problem+json", "10")
        assert json.loads(body)["status"] == 429
        assert {ask(proxy, "/doc/becher", Accept="text/turtle")[0] for _ in range(160)} == {200}


def test_a_proxied_site_is_sound_to_verify(tiny_site: str, tmp_path: Path) -> None:
    with nginx_before(tiny_site, tmp_path) as proxy:
        result = verify(Client(500, base=BASE, server=f"{proxy}/"), f"{proxy}/", [], 3)
        assert result.sound, result.verdicts
        assert result.requests > 50
        assert ask(proxy, "/readyz")[0] == 200


def test_a_mounted_site_switches_under_load_behind_nginx(serve_command: Serve, tmp_path: Path) -> None:
    state = StateDirectory(tmp_path / "state")
    first, second = make_editions(tmp_path / "publication", state)
    settings = {"PARLEY_PREFIX": "/data", "PARLEY_WORKERS": "2"}
    with (
        serve_command(tmp_path / "publication", state=state.root, **settings) as site,
        nginx_before(site, tmp_path) as proxy,
    ):
        load = Load(f"{proxy}/data", (first, second))

        def change() -> None:
            load.wait("B")
            state.make_current(first)
            load.wait("A")

        load.run(4, change)
        assert load.failures == []
        assert load.asked > 300
        for path, target in REDIRECTS:
            status, fields, body = ask(
                proxy, f"/data{path}", X_Forwarded_Host="evil.test", X_Forwarded_Prefix="/evil.test"
            )
            assert (status in (303, 308), fields["location"]) == (True, f"/data{target}")
            assert b"evil" not in body
        page = ask(proxy, "/data/doc/t1", Accept="text/html", X_Forwarded_Host="evil.test")
        assert b"evil" not in page[2]
        assert b'href="/data/doc/t1.ttl"' in page[2]


def test_long_heads_pass(serve_command: Serve, tmp_path: Path) -> None:
    (tmp_path / "publication" / "data").mkdir(parents=True)
    (tmp_path / "publication" / "publication.toml").write_text('base = "http://long.example/"\nlanguages = ["en"]\n')
    name = "x" * 1500
    (tmp_path / "publication" / "data" / "a.nt").write_text(
        f"<http://long.example/{name}> <http://long.example/p> <http://far.example/{name}> .\n"
    )
    with (
        serve_command(tmp_path / "publication") as site,
        nginx_before(site, tmp_path) as proxy,
    ):
        for path in (f"/doc/{name}", f"/describe?iri=http%3A%2F%2Ffar.example%2F{name}"):
            for accept in ("text/html", "text/turtle"):
                assert ask(proxy, path, Accept=accept)[0] == 200
