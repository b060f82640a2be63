"""OpenRefine itself against our service: guesses the kind, reconciles a column, fetches more columns.

Needs `openrefine` (Debian and Ubuntu have a package of that name) and is skipped where there is none.
"""

from __future__ import annotations

import csv
import http.cookiejar
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BASE = "https://w3id.org/nato-osce/"
CELLS = {
    "MINUK": "mission/unmik",
    "FCS": "unit/forum-for-security-cooperation",
    "l'OTAN": "organisation/nato",
    "Q81299": "organisation/osce",
    "Macédoine": None,
    "Québec": None,
}
ENGINE = json.dumps({"facets": [], "mode": "row-based"})


class OpenRefine:
    """A running OpenRefine, driven by the commands that its own pages send."""

    def __init__(self, address: str) -> None:
        self._address = f"{address}/command/core/"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, command: str, **query: Any) -> Any:
        """What a command without effect answers."""
        with self._opener.open(f"{self._address}{command}?{urllib.parse.urlencode(query)}", timeout=60) as reply:
            return json.load(reply)

    def run(self, command: str, project: str, **fields: Any) -> Any:
        """What a command answers; texts as they are, other values as JSON."""
        texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in fields.items()}
        body = urllib.parse.urlencode({**texts, "csrf_token": self.get("get-csrf-token")["token"]}).encode()
        with self._opener.open(f"{self._address}{command}?project={project}", body, timeout=60) as reply:
            found = reply.read()
        return json.loads(found) if found.startswith(b"{") else found.decode()

    def wait(self, project: str) -> None:
        """Until nothing is being done any more."""
        for _ in range(300):
            if not [one for one in self.get("get-processes", project=project)["processes"] if one["status"] != "done"]:
                return
            time.sleep(0.2)
        pytest.fail("OpenRefine does not come to an end")

    def create(self, table: str) -> str:
        """A project with this table."""
        options = json.dumps({"encoding": "UTF-8", "separator": ",", "headerLines": 1})
        fields = {"project-name": "trial", "format": "text/line-based/*sv", "options": options}
        parts = [f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        file = 'Content-Disposition: form-data; name="project-file"; filename="t.csv"\r\nContent-Type: text/csv'
        body = "".join([*parts, f"--x\r\n{file}\r\n\r\n{table}\r\n--x--\r\n"]).encode()
        token = urllib.parse.quote(self.get("get-csrf-token")["token"])
        request = urllib.request.Request(
            f"{self._address}create-project-from-upload?csrf_token={token}",
            body,
            {"Content-Type": "multipart/form-data; boundary=x"},
        )
        with self._opener.open(request, timeout=60) as reply:
            match = re.search(r"project=(\d+)", reply.geturl())
        assert match
        return match[1]


@pytest.fixture
def openrefine(tmp_path: Path) -> Iterator[OpenRefine]:
    command = shutil.which("openrefine")
    if command is None:
        pytest.skip("OpenRefine is missing; apt-get install openrefine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "-i",
        "127.0.0.1",
        "-p",
        str(port),
        "-d",
        str(tmp_path / "refine"),
        "-m",
        "512M",
        "-x",
        "refine.headless=true",
    ]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen([command, *options], stdout=log, stderr=log, start_new_session=True)
    try:
        found = OpenRefine(f"http://127.0.0.1:{port}")
        for _ in range(300):
            try:
                found.get("get-version")
                break
            except OSError:
                time.sleep(0.2)
        yield found
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # the script and the Java that it started
        process.wait(30)


@pytest.mark.slow
def test_openrefine_reconciles_and_extends(openrefine: OpenRefine, real_site: str) -> None:
    service = f"{real_site}/fr/reconcile"
    manifest = json.load(urllib.request.urlopen(service, timeout=30))
    spaces = {name: manifest[name] for name in ("identifierSpace", "schemaSpace")}
    project = openrefine.create("nom\n" + "".join(f"{cell}\n" for cell in CELLS))
    guessed = openrefine.run("guess-types-of-column", project, columnName="nom", service=service)
    assert guessed["code"] == "ok" and len(guessed["types"]) >= 3
    config = {"mode": "standard-service", "service": service, **spaces, "type": None, "autoMatch": True}
    config |= {"columnDetails": [], "limit": 0}
    openrefine.run("reconcile", project, columnName="nom", config=config, engine=ENGINE)
    openrefine.wait(project)
    answer = openrefine.get("get-rows", project=project, start=0, limit=50)
    recons = answer["pool"]["recons"]
    found = {row["cells"][0]["v"]: recons[str(row["cells"][0]["r"])] for row in answer["rows"]}
    matched = {
        cell: recon["m"]["id"].removeprefix(BASE) if recon["j"] == "matched" else None for cell, recon in found.items()
    }
    assert matched == CELLS
    assert found["Macédoine"]["c"][0]["id"] == BASE + "place/north-macedonia"
    names = {"id": "http://www.w3.org/2004/02/skos/core#altLabel", "name": "altLabel", "settings": {"language": "fr"}}
    extension = {"properties": [{"id": BASE + "ontology#place", "name": "place"}, names]}
    more = {"endpoint": service, **spaces, "extension": extension, "engine": ENGINE}
    openrefine.run("extend-data", project, baseColumnName="nom", columnInsertIndex="1", **more)
    openrefine.wait(project)
    table = openrefine.run("export-rows/t.csv", project, format="csv", engine=ENGINE)
    rows = list(csv.reader(io.StringIO(table)))
    assert len(rows[0]) == 3 and ["Kosovo", "MINUK"] in [row[1:] for row in rows]
