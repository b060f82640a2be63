"""The sample files under docs/operations: what of them this machine can try."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from parley.settings import Settings

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "operations"


def program(name: str, package: str) -> str:
    """Where `name` is; installs Debian's package where that is allowed, skips where it is not."""
    if shutil.which(name) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
            subprocess.run(["apt-get", "-qq", *command], capture_output=True, timeout=300, check=False)
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed; Debian's package is {package}")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def proxied(tiny_site: str, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The addresses of a site and of nginx before it, with our file but for TLS."""
    nginx, port = program("nginx", "nginx-light"), free_port()
    text = (FOLDER / "nginx.conf").read_text().replace("127.0.0.1:8000", urlsplit(tiny_site).netloc)
    text = re.sub(r"^\s*(?:listen \[|ssl_).*$", "", text, flags=re.MULTILINE)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    places = "".join(f"{name}_temp_path {tmp_path};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    head = f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error; events {{}}"
    (tmp_path / "conf").write_text(f"{head} http {{ access_log off; {places}\n{text}\n}}\n")
    process = subprocess.Popen([nginx, "-c", str(tmp_path / "conf")], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, (tmp_path / "error").read_text()
                time.sleep(0.05)
        yield tiny_site, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


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


COMPARED = ("etag", "vary", "location", "content-location", "link", "cache-control", "content-type")


@pytest.mark.slow
def test_nginx_changes_nothing_that_matters(proxied: tuple[str, str]) -> None:
    site, proxy = proxied
    paths = ("/", "/becher", "/doc/becher", "/doc/exemplar/%C3%A9.ttl", "/doc/a%2Fb", "/%FF", "/nothing", "/downloads",
             "/.well-known/void", "/sparql?query=ASK%7B%7D",
             "/sitemap.xml", "/doc/becher/", "//doc/becher")  # fmt: skip
    for path in paths:
        for accept in ("text/html", "text/turtle"):
            for coding in ("identity", "gzip", "br"):
                one, two = (ask(a, path, Accept=accept, Accept_Encoding=coding) for a in (site, proxy))
                assert one[0] == two[0], path
                for name in COMPARED:
                    assert one[1].get(name) == two[1].get(name), (path, name)
                assert one[2] == two[2] or one[0] >= 400, path
                if "etag" in two[1]:
                    again = ask(proxy, path, Accept=accept, Accept_Encoding=coding, If_None_Match=two[1]["etag"])
                    assert again[0] == 304, path


@pytest.mark.slow
def test_systemd_takes_the_unit_and_finds_it_tight() -> None:
    systemd = program("systemd-analyze", "systemd")
    unit = str(FOLDER / "parley.service")
    done = subprocess.run([systemd, "verify", unit], capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "is not executable" not in line]
    assert not said
    command = [systemd, "security", "--offline=true", "--threshold=30", unit]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-500:]


def test_the_files_agree_with_the_settings() -> None:
    settings = Settings()
    unit = (FOLDER / "parley.service").read_text()
    stop = int(re.search(r"TimeoutStopSec=(\d+)", unit)[1])  # type: ignore[index]
    assert stop > settings.drain_notice + settings.drain_seconds
    proxy = (FOLDER / "nginx.conf").read_text()
    assert int(re.search(r"proxy_read_timeout (\d+)s", proxy)[1]) > settings.query_seconds  # type: ignore[index]
    assert int(re.search(r"client_max_body_size (\d+)m", proxy)[1]) * 2**20 > settings.request_body  # type: ignore[index]
    known = {f"PARLEY_{name.upper()}" for _table, name, *_ in Settings.table()}
    for name in ("Dockerfile", "parley.service"):
        named = set(re.findall(r"PARLEY_[A-Z_]+", (FOLDER / name).read_text()))
        assert named
        assert named <= known
    pages = set(re.findall(r"`(\w+)`", (FOLDER / "README.md").read_text()))
    assert {"public_url", "metrics", "drain_notice", "drain_seconds", "disk_floor"} <= pages
