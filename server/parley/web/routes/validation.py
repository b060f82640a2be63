"""Validation of data that somebody sends, against the publication's shapes: a form for people, a service for programs.

The web process neither parses nor stores what is sent: it hands it to a process of its own (see `engine.checking`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template, request

from parley.engine.checking import Checker, Upload
from parley.engine.protocol import Head
from parley.errors import BadRequest, ContentTooLarge, UnsupportedMediaType
from parley.formats import COMPRESSIONS, HTML, JSON, RDF_FORMATS, READABLE_FORMATS, RESULTS_CSV, TURTLE, Format, by_name
from parley.roles import Role
from parley.web.http import negotiate
from parley.web.http.stream import Stream
from parley.web.page import asking, pages
from parley.web.site import current_site

blueprint = Blueprint("validation", __name__)

#: Where the application keeps its `Checker`.
CHECKER: Final = "parley.checker"
#: What a report can be had in; Turtle for those who do not mind.
REPORTS: Final = (TURTLE, HTML, JSON, *(f for f in RDF_FORMATS if f is not TURTLE), RESULTS_CSV)
FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
NO_TYPE: Final = "The body has no Content-Type."
_PARAMETERS: Final = frozenset(["format"])
#: Findings on one page; a machine's report always holds all.
SHOWN: Final = 500
_COLUMNS: Final = ("severity", "focus", "path", "value", "message", "cure", "shape", "component")


@blueprint.route("/validate", methods=["GET", "POST"])
@blueprint.route("/<language:language>/validate", methods=["GET", "POST"])
def validate(language: str | None = None) -> Response:
    """Validate data against the shapes: POST RDF as the body or in a form; GET is the form."""
    if request.method in ("GET", "HEAD"):
        data = _example() if request.args.get("example") else ""
        return pages.respond("validate.html", **_context(data, TURTLE.name))
    if unknown := sorted(set(request.args) - _PARAMETERS):
        raise BadRequest(
            f"“{unknown[0][:80]}” is no parameter of the validation.",
            cure="It has: format. The rules are those of the current release, the data are in the body.",
        )
    accept, parameter = request.headers.get("Accept"), request.args.get("format")
    chosen = negotiate.choose_format(accept, parameter, REPORTS)
    upload, typed = _upload()
    checker: Checker = current_app.extensions[CHECKER]
    limit = current_site().settings.validation_report + 1
    work = partial(checker.check, upload, chosen.name if chosen.is_rdf else JSON.name)
    stream = Stream(work, page=partial(_answered, chosen, typed), paged=["boolean"], page_bytes=limit)
    stream.headers["Cache-Control"] = "no-store"
    stream.vary.add("Accept")
    return stream


def _upload() -> tuple[Upload, str]:
    """What was sent, named after its syntax; and the text to show again, if it came from the form's text field.

    Raises BadRequest, UnsupportedMediaType.
    """
    if request.mimetype not in FORMS:
        syntax = by_name(request.mimetype, READABLE_FORMATS) if "/" in request.mimetype else None
        if syntax is None:
            raise UnsupportedMediaType(
                f"The body is of type “{request.content_type[:80]}”." if request.content_type else NO_TYPE,
                accepted=_media_types(),
                cure=f"Send RDF as one of: {', '.join(_media_types())}; or a form with the fields data and syntax.",
            )  # fmt: skip
        return Upload(request.get_data(cache=False), f"data.{_ending(syntax)}"), ""
    file, data = request.files.get("file"), request.form.get("data", "")
    if file is not None and file.filename:
        return Upload(file.read(), _named(file.filename)), ""
    if not data.strip():
        raise BadRequest("There is no data.", cure="Choose a file, or write into the field “data”.")
    return Upload(data.encode("utf-8", "replace"), f"data.{_ending(_syntax())}"), data


def _syntax() -> Format:
    name = request.form.get("syntax") or TURTLE.name
    found = by_name(name, READABLE_FORMATS)
    if found is None:
        names = ", ".join(f.name for f in READABLE_FORMATS)
        raise BadRequest(f"There is no syntax “{name[:40]}”.", cure=f"There are: {names}.")
    return found


def _named(filename: str) -> str:
    """The endings of a file's name that tell syntax and compression, else those of the syntax that the form names."""
    *_, before, last = ("", "", *filename.lower().rsplit("/", 1)[-1].split("."))
    packed = last in COMPRESSIONS
    ending = before if packed else last
    known = ending in {e for f in READABLE_FORMATS for e in f.extensions}
    return f"data.{ending if known else _ending(_syntax())}{f'.{last}' if packed else ''}"


def _ending(syntax: Format) -> str:
    return syntax.extension


def _media_types() -> tuple[str, ...]:
    return (*(f.media_type for f in READABLE_FORMATS), *FORMS)


def _answered(chosen: Format, typed: str, _head: Head, body: bytes | None) -> Response:
    """The report in the format asked for, made of what the process wrote."""
    if body is None:
        raise ContentTooLarge("The report is too large.", cure="Send less at once.")
    if chosen.is_rdf:
        return Response(body, content_type=chosen.content_type)
    report = json.loads(body)
    language = pages.page_language()
    for row in report["results"]:
        row["message"], row["cure"] = (_said(row[key], language) for key in ("messages", "cure"))
    if chosen is HTML:
        response = Response(content_type=HTML.content_type)
        rows, syntax = report["results"][:SHOWN], request.form.get("syntax") or TURTLE.name
        context = _context(typed, syntax)
        response.set_data(render_template("validate.html", report=report, rows=rows, **context))
        pages.finish(response)
        return response
    if chosen is JSON:
        return Response(json.dumps(report, ensure_ascii=False, indent=1) + "\n", content_type=JSON.content_type)
    response = Response(_table(report), content_type=RESULTS_CSV.content_type)
    response.headers["Content-Disposition"] = 'attachment; filename="report.csv"'
    response.headers["Content-Language"] = language
    return response


def _said(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else in English, in none, or the first there is."""
    wanted = (language, language.partition("-")[0], "en", "")
    return next((texts[tag] for tag in wanted if tag in texts), next(iter(texts.values()), ""))


def _table(report: Mapping[str, Any]) -> str:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(_COLUMNS)
    writer.writerows([row[name] or "" for name in _COLUMNS] for row in report["results"])
    return target.getvalue()


def _context(data: str, syntax: str) -> dict[str, Any]:
    """What the page holds with and without a report."""
    site = current_site()
    shapes = sum(graph.role is Role.SHAPES for graph in site.index.graphs())
    offered = tuple(f for f in READABLE_FORMATS)
    return {"here": "validate", "data": data, "syntax": syntax, "syntaxes": offered, "shapes": shapes}


def _example() -> str:
    """A thing that says too little of itself, of the first class that the release has things of."""
    kinds = asking.survey().kinds
    kind = f"<{kinds[0]}>" if kinds else "<http://www.w3.org/2000/01/rdf-schema#Resource>"
    return f"<http://example.org/thing> a {kind} .\n"
