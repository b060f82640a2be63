"""Our sample configuration of nginx, run by a real nginx before a site; only what needs TLS is taken out."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "operations"


def program(name: str, package: str) -> str:
    """Where `name` is; skips where it is not: tests install nothing."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed; Debian's package is {package}")
    return found


@contextlib.contextmanager
def nginx_before(site: str, folder: Path) -> Iterator[str]:
    """The address of nginx before `site` (without its prefix); its files are in `folder`."""
    nginx = program("nginx", "nginx-light")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    text = (FOLDER / "nginx.conf").read_text().replace("127.0.0.1:8000", urlsplit(site).netloc)
    text = re.sub(r"^\s*(?:listen \[|ssl_).*$", "", text, flags=re.MULTILINE)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    places = "".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    head = f"daemon off; pid {folder}/pid; error_log {folder}/error; events {{}}"
    (folder / "conf").write_text(f"{head} http {{ access_log off; {places}\n{text}\n}}\n")
    with (folder / "error").open("w") as log:  # of the time before nginx has read where its own is
        process = subprocess.Popen([nginx, "-c", str(folder / "conf")], stderr=log)
    try:
        _wait_for(port, process, folder / "error")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
