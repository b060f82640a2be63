"""The dumps of the release: a page that lists them, and the files themselves, whole or in ranges."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request, send_file

from parley.errors import BadRequest, NotFound
from parley.formats import FORMATS, GZIP, RESULTS_CSV, SPREADSHEET, TEXT
from parley.release import signing, sums
from parley.release.contents import contents
from parley.release.manifest import FileEntry
from parley.vocab import XSD
from parley.web.http import caching, compression
from parley.web.http.headers import link_header, uri
from parley.web.http.redirects import redirect_to
from parley.web.page import pages, spreadsheet
from parley.web.routes import history
from parley.web.site import Site, current_site
from parley.web.view.naming import Text, collation

blueprint = Blueprint("downloads", __name__)

_FOLDER = "dumps/"
_ONE_RANGE = re.compile(r"bytes=\s*(?:\d{1,18}-\d{0,18}|-\d{1,18})\s*")
_CONTENTS = "dumps.json"
_PACKED = f".{GZIP.extension}"
#: Parts of the page, with the beginnings of the names of their files.
_PARTS = (("everything", "all."), ("asserted", "asserted."))


@dataclass(frozen=True, slots=True)
class Download:
    """One file: `label` is its format's name; `kind` the class whose things a table holds, `rows` how many.

    `sheet` is where a table is had as spreadsheets like it.
    """

    name: str
    label: str
    kind: Text | None
    ours: bool
    rows: int | None
    href: str
    size: int
    sha256: str
    sheet: str = ""


@blueprint.get("/downloads")
@blueprint.get("/<language:language>/downloads")
def downloads(language: str | None = None) -> Response:
    """Every dump with its size and checksum."""
    site = current_site()
    parts: dict[str, list[Download]] = {"tables": [], "everything": [], "asserted": [], "further": []}
    listed = _contents(site)
    for path in site.manifest.files:
        name = path.removeprefix(_FOLDER)
        if path.startswith(_FOLDER) and name != _CONTENTS:
            file = _download(site, name, listed.get(name.removesuffix(_PACKED), {}))
            parts[_part(file)].append(file)
    for files in parts.values():
        files.sort(key=lambda file: (collation(file.kind.text) if file.kind else "", file.name))
    beside = sums.beside(site.release)
    signer = signing.signer_of(site.release) if sums.SIGNATURE in beside else None
    response = pages.respond(
        "downloads.html",
        *(entry.sha256 for entry in beside.values()),
        here="downloads",
        created=_created(site),
        parts={k: v for k, v in parts.items() if v},
        beside=[(name, _address(site, name)) for name in beside],
        signer=signer,
        check=_commands(beside, signer),
    )
    items = [(file.href, {"rel": "item"}) for files in parts.values() for file in files if not _is_table(file.name)]
    if items:
        response.headers["Link"] = link_header(items)
    return response


def _commands(beside: Collection[str], signer: signing.Signer | None) -> str:
    """What a reader types to check a file after the download."""
    if sums.SUMS not in beside:
        return "sha256sum all.ttl"
    lines = [f"sha256sum --check --ignore-missing {sums.SUMS}"]
    if signer is not None:
        of, by = f"-s {sums.SIGNATURE} < {sums.SUMS}", f"-f {sums.SIGNERS} -I {shlex.quote(signer.name)}"
        lines.append(f"ssh-keygen -Y verify {by} -n {signing.NAMESPACE} {of}")
    return "\n".join(lines)


@blueprint.get("/download/<path:name>")
@blueprint.get("/<language:language>/download/<path:name>")
def current(name: str, language: str | None = None) -> Response:
    """The current release's file of that name: a redirect to the address that never changes its content.

    A table with `format=spreadsheet` is written for Excel and the like, in which no cell is run as a formula.
    """
    site = current_site()
    entry = _entry(site, name)
    if request.args.get("format") == SPREADSHEET.name and _is_table(name):
        return _for_spreadsheets(site, name, entry)
    return redirect_to(_address(site, name), 302, "no-cache")


@blueprint.get("/release/<release>/dumps/<path:name>")
def file(release: str, name: str) -> Response:
    """A dump, with ranges (RFC 9110 §14) and its digest (RFC 9530)."""
    site = current_site()
    if release != site.manifest.id:
        site = history.kept(release)
    entry = _entry(site, name)
    found = next((f for f in (*FORMATS, GZIP) if name.endswith(f".{f.extension}")), None)
    if found is None and name in sums.BESIDE:
        found = TEXT
    coded = site.manifest.files.get(_FOLDER + name + _PACKED)
    encoded = coded is not None and _takes_gzip(entry)
    part = _is_part_wanted(entry)
    tag = f"{entry.sha256}-gzip" if encoded else entry.sha256
    caching.require(request.headers.get("If-Match"), f'"{tag}"')
    response = send_file(
        site.release / _FOLDER / (name + _PACKED if encoded else name),
        mimetype=found.media_type if found else "application/octet-stream",
        as_attachment=found in (RESULTS_CSV, GZIP, None),
        download_name=name.rpartition("/")[2],
        etag=tag,
        last_modified=None,
        conditional=part or caching.not_modified(tag),
    )
    if found is not None:
        response.headers["Content-Type"] = found.content_type
    if coded is not None:
        response.vary.add("Accept-Encoding")
    if encoded and response.status_code == HTTPStatus.OK:
        response.headers["Content-Encoding"] = "gzip"
    _describe(response, site, coded if coded is not None and encoded else entry)
    if name in sums.BESIDE and name not in sums.LASTING:
        response.headers["Cache-Control"] = "no-cache"  # it may be signed with another key
    return response


def _for_spreadsheets(site: Site, name: str, entry: FileEntry) -> Response:
    if entry.size > spreadsheet.LONGEST:
        raise BadRequest(
            f"The table has {entry.size} bytes, more than the {spreadsheet.LONGEST} that are rewritten.",
            cure="Take it without “format”.",
        )
    text = (site.release / _FOLDER / name).read_text(encoding="utf-8")
    stem = re.sub(r"[^\w.-]", "_", name.rpartition("/")[2].removesuffix(f".{RESULTS_CSV.extension}"), flags=re.ASCII)
    response = spreadsheet.file(stem, spreadsheet.rewritten(text))
    pages.finish(response)
    tag = caching.etag(site.manifest.id, site.settings, request.path, SPREADSHEET.name, pages.page_language())
    return caching.conditional(response, tag)


def _is_part_wanted(entry: FileEntry) -> bool:
    """Whether to answer with a part; if not, `Range` is taken away, also from whoever looks at the request later.

    Other units and several ranges may be ignored (RFC 9110 §14.2).
    """
    wanted = _names_a_part() and caching.part_is_wanted(entry.sha256)
    for name in ("HTTP_IF_RANGE", *(() if wanted else ("HTTP_RANGE",))):
        request.environ.pop(name, None)
    return wanted


def _names_a_part() -> bool:
    return bool(_ONE_RANGE.fullmatch(request.headers.get("Range", "")))


def _takes_gzip(entry: FileEntry) -> bool:
    """Whether to send the file as it lies compressed: not to a client that has it plain, or a part of it."""
    coding = compression.choose_coding(request.headers.get("Accept-Encoding", ""), ("gzip",))
    has_it = caching.names(request.headers.get("If-None-Match"), entry.sha256, weak=True)
    return coding == "gzip" and not _names_a_part() and not has_it


def _describe(response: Response, site: Site, sent: FileEntry) -> None:
    """The header fields of a file that never changes; the digest is that of the bytes, coding included (RFC 9530)."""
    response.headers["Cache-Control"] = caching.IMMUTABLE
    response.headers["Accept-Ranges"] = "bytes"
    digest = base64.b64encode(bytes.fromhex(sent.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    response.headers["Link"] = link_header([(site.urls.local("downloads"), {"rel": "collection"}), *_licence(site)])
    response.headers.pop("Last-Modified", None)


def _created(site: Site) -> str | None:
    """The release's date as its data gives it, for readers."""
    created = site.manifest.created
    if created is None:
        return None
    return pages.interface().date(created, XSD + ("dateTime" if "T" in created else "date")) or created


def _licence(site: Site) -> list[tuple[str, dict[str, str]]]:
    licence = site.publication.licence
    return [(uri(licence), {"rel": "license"})] if licence else []


def _entry(site: Site, name: str) -> FileEntry:
    """The entry of a dump, or of what lies beside the dumps. Raises NotFound: nothing that is not listed is opened."""
    entry = sums.beside(site.release).get(name) if name in sums.BESIDE else site.manifest.files.get(_FOLDER + name)
    if entry is None:
        raise NotFound(f"There is no download called “{name[:200]}”.", cure="/downloads lists them.")
    return entry


def _address(site: Site, name: str) -> str:
    return uri(site.dump_address(name))


def _sheet(site: Site, name: str) -> str:
    """Where a table is had as spreadsheets like it, if it is not too long for that."""
    if site.manifest.files[_FOLDER + name].size > spreadsheet.LONGEST:
        return ""
    return f"{uri(pages.local(f'download/{name}'))}?format={SPREADSHEET.name}"


def table_of(site: Site, class_iri: str) -> tuple[str, str] | None:
    """The addresses of the table of the things of a class, if there is one: as it is, and for spreadsheets."""
    found = (name for name, row in _contents(site).items() if row.get("scope") == class_iri and _is_table(name))
    return next(((_address(site, name), _sheet(site, name)) for name in found), None)


def _contents(site: Site) -> dict[str, dict[str, Any]]:
    """What the release says of its dumps."""
    return contents(site.release, site.manifest.files)


def _download(site: Site, name: str, told: Mapping[str, Any]) -> Download:
    entry, scope = site.manifest.files[_FOLDER + name], str(told.get("scope", ""))
    return Download(
        name,
        label=_label(name),
        kind=pages.namer().term(scope) if _is_table(name) and scope else None,
        ours=pages.links().ours(scope) or not scope,
        rows=told.get("rows"),
        href=_address(site, name),
        size=entry.size,
        sha256=entry.sha256,
        sheet=_sheet(site, name) if _is_table(name) else "",
    )


def _label(name: str) -> str:
    """What the file is in: its format, and how it is compressed."""
    plain = name.removesuffix(_PACKED)
    label = next((f.label for f in FORMATS if plain.endswith(f".{f.extension}")), plain)
    return label if plain == name else f"{label} · {GZIP.label}"


def _part(file: Download) -> str:
    if _is_table(file.name):
        return "tables" if file.ours else "further"
    return next((part for part, beginning in _PARTS if file.name.startswith(beginning)), "further")


def _is_table(name: str) -> bool:
    return name.endswith(f".{RESULTS_CSV.extension}")
