"""The recipes run as they stand: only the address of the site is changed; llms.txt says what is so."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "recipes.md").read_text()
BLOCKS = re.findall(r"^## ([^\n]+)\n.*?^```(sh|python|r|js)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
SITE = "https://w3id.org/nato-osce"
NOTE = '<https://w3id.org/nato-osce/mission/kvm> <urn:note> "Read this first" .\n'


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A file on another server."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "notes.ttl").write_text(NOTE)

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = {".ttl": "text/turtle"}  # noqa: RUF012  # as the class above has it

        def log_message(self, *_arguments: object) -> None: ...

    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/notes.ttl"
        server.shutdown()


def command(language: str, script: Path) -> list[str]:
    """How a recipe in `language` is run; skips where what it needs is missing."""
    if language == "sh":
        return ["sh", str(script)]
    if language == "python":
        if "pandas" in script.read_text() and importlib.util.find_spec("pandas") is None:
            pytest.skip("pandas is not installed")
        return [sys.executable, str(script)]
    if language == "r":
        found = shutil.which("Rscript") or pytest.skip("R is not installed (Debian: apt-get install r-base-core)")
        return [str(found), "--vanilla", str(script)]
    npm = shutil.which("npm") or pytest.skip("npm is not installed")
    done = subprocess.run(
        [str(npm), "install", "--silent", "--no-audit", "--no-fund", "@comunica/query-sparql@4"],
        cwd=script.parent, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"Comunica can't be installed: {done.stderr[-300:]}")
    return ["node", str(script)]


@pytest.mark.parametrize(
    ("title", "language", "text"),
    # what npm installs takes a minute or two
    [pytest.param(*block, id=block[0], marks=[pytest.mark.slow] * (block[1] == "js")) for block in BLOCKS],
)
def test_a_recipe_runs_as_it_stands(
    real_site: str, other: str, tmp_path: Path, title: str, language: str, text: str
) -> None:
    changed, times = re.subn(rf'(SITE ?(?:=|<-) ?"?){re.escape(SITE)}', rf"\g<1>{real_site}", text)
    assert times == 1, title
    ending = {"sh": "sh", "python": "py", "r": "R", "js": "mjs"}[language]
    script = tmp_path / f"recipe.{ending}"
    script.write_text(changed.replace("https://example.org/notes.ttl", other))
    done = subprocess.run(
        command(language, script), cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    expected = re.findall(r"^(?:#|//) → (.+)$", text, re.MULTILINE)
    assert expected
    assert [line for line in expected if line not in done.stdout] == [], done.stdout + done.stderr


def test_there_is_a_recipe_for_each_tool() -> None:
    titles = " ".join(title for title, _, _ in BLOCKS)
    assert len(BLOCKS) == TEXT.count("\n## ") >= 7
    assert all(tool in titles for tool in ("curl", "Excel", "pandas", "SPARQLWrapper", "R", "Comunica", "OpenRefine"))


def test_the_table_of_tasks_names_ten_and_tests_that_exist() -> None:
    table = (ROOT / "docs" / "integration.md").read_text().partition("|---|")[2].partition("\n\n")[0]
    rows = table.strip().splitlines()[1:]
    assert len(rows) == 10
    for row in rows:
        tests = re.findall(r"`(tests/[^`]+)`", row)
        assert tests and all((ROOT / test).is_file() for test in tests), row


def test_llms_txt_leads_from_names_and_other_iris_to_things(real_site: str) -> None:
    with urllib.request.urlopen(real_site + "/llms.txt") as answer:
        text = answer.read().decode()
    base = "https://w3id.org/nato-osce"
    shown = dict(re.findall(rf"{base}(/reconcile|/coreference)(\?\S*=.*?)(?: \(|\n)", text))
    named = real_site + "/reconcile" + urllib.parse.quote(shown["/reconcile"].replace("…", "KFOR"), safe="?=")
    with urllib.request.urlopen(named) as answer:
        assert json.load(answer)["q0"]["result"][0]["id"] == f"{base}/force/kfor"
    with urllib.request.urlopen(real_site + "/coreference" + shown["/coreference"].replace("…", "Q7184")) as answer:
        assert b'"organisation:nato"' in answer.read()


@pytest.mark.parametrize("site", ["real_site", "tiny_site"])
def test_llms_txt_is_made_of_the_publication(request: pytest.FixtureRequest, site: str) -> None:
    address = request.getfixturevalue(site)
    with urllib.request.urlopen(address + "/llms.txt") as answer:
        assert answer.headers.get_content_type() == "text/plain"
        text = answer.read().decode()
    assert text.startswith("# ") and len(text) < 10_000
    query = text.partition("```sparql\n")[2].partition("```")[0]
    body = urllib.request.Request(
        address + "/sparql", query.encode(), {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    )
    with urllib.request.urlopen(body) as answer:
        assert len(answer.read().splitlines()) >= 2
    base = re.search(r"Every IRI under (\S+) ", text)
    assert base is not None
    links = re.findall(rf"\]\({re.escape(base[1])}([^)]+)\)", text)
    assert len(links) >= 6
    for path in links:
        if "exemplare-auf-einem-stein" not in path:  # its parameter is required
            with urllib.request.urlopen(f"{address}/{path}") as answer:
                assert answer.status == 200, path
