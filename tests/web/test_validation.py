"""Validation as a service: reports in every form, the verdict of `parley check`, hostile data, limits, no network."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "tests" / "fixtures" / "tiny"
SH = "http://www.w3.org/ns/shacl#"
GARDEN = "http://lichen.example/garden/ontology#"
BAD = f"<urn:x:stone> a <{GARDEN}Stone> ."
XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{}</rdf:RDF>'


def post(
    site: str,
    data: str | bytes,
    accept: str = "application/json",
    kind: str = "text/turtle",
    language: str = "",
    path: str = "/validate",
) -> tuple[int, str, str]:
    """Status, media type and text of the answer."""
    body = data.encode() if isinstance(data, str) else data
    headers = {"Content-Type": kind, "Accept": accept, "Accept-Language": language}
    request = urllib.request.Request(site + path, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read().decode()


def multipart(name: str, content: bytes, **fields: str) -> tuple[bytes, str]:
    """A form with a file, and its media type."""
    parts = [f'--cut\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    head = f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return b"".join([*parts, head, content, b"\r\n--cut--\r\n"]), "multipart/form-data; boundary=cut"


def test_a_report_in_json_says_what_is_wrong_and_what_to_do_in_the_language_asked_for(tiny_site: str) -> None:
    for language, word in (("de", "Stein"), ("es", "piedra")):
        status, kind, text = post(tiny_site, BAD, language=language)
        report = json.loads(text)
        assert (status, kind, report["conforms"]) == (200, "application/json", False)
        assert report["triples"] == 1 and report["focus_nodes"] == 1
        assert word in report["results"][0]["message"] and len(report["results"][0]["messages"]) == 2


def test_the_same_report_as_rdf_table_and_page(tiny_site: str) -> None:
    found = len(json.loads(post(tiny_site, BAD)[2])["results"])
    assert found >= 1
    for syntax in (ox.RdfFormat.TURTLE, ox.RdfFormat.JSON_LD):
        status, kind, text = post(tiny_site, BAD, accept=syntax.media_type)
        assert (status, kind) == (200, syntax.media_type)
        store = ox.Store()
        store.load(text.encode(), format=syntax)
        query = f"SELECT ?r {{ ?x a <{SH}ValidationReport> ; <{SH}conforms> false ; <{SH}result> ?r . "
        solutions = store.query(query + f"?r <{SH}focusNode> <urn:x:stone> ; <{SH}sourceShape> ?s }}")
        assert isinstance(solutions, ox.QuerySolutions)
        assert len(list(solutions)) == found
    table = list(csv.DictReader(io.StringIO(post(tiny_site, BAD, accept="text/csv")[2])))
    assert [row["focus"] for row in table] == ["<urn:x:stone>"] * found
    form = f"data={urllib.parse.quote(BAD)}&syntax=turtle"
    status, kind, page = post(tiny_site, form, "text/html", "application/x-www-form-urlencoded", "es")
    assert (status, kind) == (200, "text/html")
    assert page.count("&lt;urn:x:stone&gt;</code>") >= found
    assert "&lt;urn:x:stone&gt; a" in page, "the form keeps what was sent"


def test_the_page_is_a_form_that_works_without_scripts(real_site: str) -> None:
    for language in ("fr", "en"):
        with urllib.request.urlopen(f"{real_site}/{language}/validate?example=1") as answer:
            page = answer.read().decode()
        assert re.search(r'<form[^>]*method="post"[^>]*enctype="multipart/form-data"', page)
        example = re.search(r"<textarea[^>]*>&lt;(.*?)</textarea>", page, re.DOTALL)
        assert example is not None


def test_files_are_known_by_their_ending(tiny_site: str) -> None:
    for name, content in (("a.ttl", BAD), ("a.nt", BAD.replace(" a ", f" <{ox_type()}> ")), ("notes.txt", BAD)):
        body, kind = multipart(name, content.encode(), syntax="turtle")
        assert post(tiny_site, body, kind=kind)[0] == 200
    body, kind = multipart("a.ttl.gz", gzip.compress(BAD.encode()))
    assert post(tiny_site, body, kind=kind)[0] == 200


def ox_type() -> str:
    return "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.mark.parametrize("name", ["Mission", *(pytest.param(n, marks=pytest.mark.slow) for n in ("TimeSpan", "Theme"))])
def test_the_verdict_is_that_of_the_publications_own_examples(real_site: str, name: str) -> None:
    """Each folder of examples has one that keeps to the shape and some that do not."""
    folder = ROOT / "shapes" / "examples" / name
    files = sorted(folder.glob("invalid-*.ttl"))[:1] + sorted(folder.glob("valid-*.ttl"))[:1]
    assert len(files) == 2
    verdicts = [json.loads(post(real_site, path.read_bytes())[2])["conforms"] for path in files]
    assert verdicts == [False, True]


def test_what_the_publication_knows_is_known(tiny_site: str) -> None:
    """A thing that the data only points at has the types that the release gives it."""
    known, unknown = ("<http://lichen.example/garden/findling>", "<urn:x:nothing>")
    counts = []
    for stone in (known, unknown):
        data = f"<urn:x:specimen> a <{GARDEN}Specimen> ; <{GARDEN}growsOn> {stone} ."
        report = json.loads(post(tiny_site, data)[2])
        assert {row["focus"] for row in report["results"]} <= {"<urn:x:specimen>"}, "nothing about what was not sent"
        counts.append(sum(row["component"] == "Class" for row in report["results"]))
    assert counts == [0, 1]


def test_a_report_says_by_which_rules_and_can_be_validated_in_turn(tiny_site: str) -> None:
    release = json.loads(urllib.request.urlopen(f"{tiny_site}/version").read())["release"]
    rules = f"http://lichen.example/garden/release/{release}/"
    assert json.loads(post(tiny_site, BAD)[2])["rules"] == rules
    status, _, report = post(tiny_site, BAD, accept="text/turtle")
    assert status == 200 and f"prov:used <{rules}>" in report
    assert post(tiny_site, report)[0] == 200


def test_a_parameter_that_means_nothing_is_refused(tiny_site: str) -> None:
    """Whoever names shapes would take the verdict for theirs."""
    status, _, text = post(tiny_site, BAD, path="/validate?shapes=http://rules.example/")
    assert status == 400 and "“shapes” is no parameter" in text


def test_data_that_no_rule_is_about_is_not_called_right(tiny_site: str) -> None:
    report = json.loads(post(tiny_site, "<urn:a> <urn:b> <urn:c> .")[2])
    assert report["focus_nodes"] == 0 and "nothing was validated" in report["notes"][0]


class Canary:
    """A listener that counts who connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.calls = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        try:
            while True:
                self.socket.accept()[0].close()
                self.calls += 1
        except OSError:
            return


@pytest.fixture
def canary() -> Iterator[Canary]:
    found = Canary()
    yield found
    found.socket.close()


def test_nothing_that_data_names_is_fetched(tiny_site: str, canary: Canary) -> None:
    here = f"http://127.0.0.1:{canary.port}/x"
    owl, prefix = "http://www.w3.org/2002/07/owl#", f"PREFIX sh: <{SH}> "
    shape = (
        prefix + f'<urn:s> a sh:NodeShape ; sh:targetClass <{GARDEN}Stone> ; sh:sparql [ sh:select "SELECT $this '
        f'{{ SER\\\\u0056ICE <{here}> {{ ?s ?p ?o }} }}" ] ; sh:js [ sh:jsLibrary [ sh:jsLibraryURL "{here}" ] ] . '
    )
    sent = [
        (f'{{"@context": "{here}", "@id": "urn:a", "b": "c"}}', "application/ld+json", 400),
        (f'{{"@context": {{"@import": "{here}"}}, "@id": "urn:a", "urn:b": "c"}}', "application/ld+json", None),
        (f"<urn:o> a <{owl}Ontology> ; <{owl}imports> <{here}> . {BAD}", "text/turtle", 200),
        (f"<urn:o> <{SH}shapesGraph> <{here}> . {BAD}", "text/turtle", 422),
        (shape + BAD, "text/turtle", 422),
        (f'<!DOCTYPE r SYSTEM "{here}">' + XML.format(""), "application/rdf+xml", None),
        (f'<!DOCTYPE r [<!ENTITY e SYSTEM "{here}">]>' + XML.format("&e;"), "application/rdf+xml", 400),
        ('<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + XML.format("&e;"), "application/rdf+xml", 400),
        (here, "text/turtle", 400),
    ]
    plain = {row["shape"] for row in json.loads(post(tiny_site, BAD)[2])["results"]}
    for data, kind, expected in sent:
        status, _, text = post(tiny_site, data, kind=kind)
        assert status == expected or (expected is None and status in (200, 400)), (data, text)
        assert "root:" not in text
        if status == 200 and BAD in data:
            report = json.loads(text)
            assert {row["shape"] for row in report["results"]} == plain
            assert f"Imports are not followed: <{here}>." in report["notes"]
        if status == 422:
            problem = json.loads(text)
            assert problem["type"].endswith("unsupported-data") and "sh:" in problem["detail"]
            assert "sh:NodeShape" not in data or "sh:js, sh:jsLibrary, sh:jsLibraryURL" in problem["detail"]
    assert canary.calls == 0
    socket.create_connection(("127.0.0.1", canary.port)).close()
    for _ in range(100):
        if canary.calls:
            break
        threading.Event().wait(0.02)
    assert canary.calls == 1, "the canary sings when it is touched"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))
HUGE = '<urn:a> <urn:b> "1e1000000000"^^<http://www.w3.org/2001/XMLSchema#decimal> .'
HOSTILE: dict[str, tuple[str | bytes, str, int | None]] = {
    "billion laughs": (f"<!DOCTYPE r [{LAUGHS}]>" + XML.format("&l8;"), "application/rdf+xml", 400),
    "deep JSON": ('{"urn:a":' * 50_000 + "1" + "}" * 50_000, "application/ld+json", 400),
    "deep XML": (XML.format("<a>" * 50_000 + "</a>" * 50_000), "application/rdf+xml", 400),
    "deep Turtle": ("<urn:a> <urn:b> " + "[ <urn:b> " * 100_000, "text/turtle", None),
    "deep lists": ("<urn:a> <urn:b> " + "(" * 100_000, "text/turtle", None),
    "triple terms": ("<urn:a> <urn:b> " + "<<( <urn:a> <urn:b> " * 50_000, "text/turtle", 400),
    "huge number": (HUGE + BAD, "text/turtle", 200),
    "not UTF-8": (b"<urn:a> <urn:b> '\xff' .", "text/turtle", 400),
    "empty": ("", "text/turtle", 200),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_data_end_in_a_clear_answer(tiny_site: str, case: str) -> None:
    data, kind, expected = HOSTILE[case]
    status, media_type, text = post(tiny_site, data, kind=kind)
    assert status == expected or (expected is None and status in (200, 400, 413)), text
    assert media_type == ("application/json" if status == 200 else "application/problem+json")
    assert "Traceback" not in text and "/server/parley" not in text
    assert urllib.request.urlopen(tiny_site + "/livez").status == 200


def test_a_bomb_is_refused_by_what_comes_out_of_it(tiny_site: str) -> None:
    bomb = gzip.compress(b"# nothing here\n" * 3_000_000)
    assert len(bomb) < 200_000
    body, kind = multipart("bomb.ttl.gz", bomb)
    status, _, text = post(tiny_site, body, kind=kind)
    assert status in (400, 413) and "validation_bytes" in text


def test_limits_end_what_takes_too_long_or_too_much(serve_command, tiny) -> None:  # type: ignore[no-untyped-def]
    many = "".join(f"<urn:s{n}> a <{GARDEN}Stone> .\n" for n in range(40_000))
    slow = {"PARLEY_VALIDATION_SECONDS": "0.5", "PARLEY_VALIDATION_REPORT": "1024"}
    with serve_command(TINY, state=tiny[1].root, **slow) as site:
        status, _, text = post(site, many)
        assert status == 413 and "validation_seconds" in text
        assert urllib.request.urlopen(site + "/livez").status == 200
    with serve_command(TINY, state=tiny[1].root, PARLEY_VALIDATION_MEMORY=str(64 << 20)) as site:
        status, _, text = post(site, many + many.replace("urn:s", "urn:t"))
        assert status == 413 and "validation_memory" in text


def test_bodies_that_are_no_rdf_are_refused_with_what_is_taken(tiny_site: str) -> None:
    status, _, text = post(tiny_site, "x", kind="image/png")
    assert status == 415 and "text/turtle" in json.loads(text)["accepted"]
    assert post(tiny_site, "<urn:a> <urn:b", accept="image/png")[0] == 406
    status, _, text = post(tiny_site, "<urn:a> <urn:b> .\n<urn:a>")
    assert status == 400 and json.loads(text)["line"] == 1
