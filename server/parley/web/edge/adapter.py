"""ASGI scope → WSGI environment → Flask → answer: our own small adapter, because of what the usual ones lose.

**Paths.** WSGI servers decode `PATH_INFO`, which makes `%2F` a separator and bad UTF-8 something else (PEP 3333). Here
`PATH_INFO` is the path *as received*, still percent-encoded and ASCII. Flask then matches rules on what the client
wrote, `<path:…>` hands views the encoded text that `Urls.candidates` takes, and nothing is ever decoded twice. The
price: `request.url` and the like are encoded twice and must not be used; `Urls` makes every URL.

**Host.** The client's `Host` never gets in: Flask sees a fixed name, which is taken off again where Werkzeug writes it
into a redirect.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, request

from parley.web.http.answer import Answer, Chunks, WholeFile
from parley.web.http.stream import Stream
from parley.web.routes.problems import REQUEST_ID

#: Key of the WSGI environment that holds the path as received, mount prefix included.
RAW_PATH = "parley.raw_path"
_HOST = "parley.invalid"
_ORIGIN = f"http://{_HOST}"


def environment(scope: Mapping[str, Any], path: str, body: bytes, *, prefix: str, request_id: str) -> dict[str, Any]:
    """The WSGI environment of a request to `path` (as received), which must lie under `prefix`.

    HEAD becomes GET: the edge leaves the body out, whatever the view.
    """
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if scope["method"] == "HEAD" else scope["method"],
        "SCRIPT_NAME": prefix,
        "PATH_INFO": path[len(prefix) :] or "/",
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": _HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": WholeFile,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        RAW_PATH: path,
        REQUEST_ID: request_id,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    if "_" in name or name in ("host", "content-length", "transfer-encoding"):
        return  # with "_", a client could pass off X_Y for X-Y
    key = name.upper().replace("-", "_")
    if key != "CONTENT_TYPE":
        key = f"HTTP_{key}"
    separator = "; " if name == "cookie" else ", "
    environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value


def call(app: Flask, environ: dict[str, Any]) -> Answer:
    """Run the application; blocks, so call it in a thread."""
    with app.request_context(environ):
        return _answer(app.full_dispatch_request(), environ)


def render(app: Flask, environ: dict[str, Any], view: Callable[[], Response]) -> Answer:
    """Answer `environ` with the response that `view` makes, with the application's usual hooks around it; blocks."""
    environ["wsgi.input"].seek(0)  # `call` may have read it
    with app.request_context(environ):
        try:
            made = app.preprocess_request() or view()
        except Exception as error:
            made = app.handle_user_exception(error)
        return _answer(app.process_response(app.make_response(made)), environ)


def _answer(response: Response, environ: dict[str, Any]) -> Answer:
    headers = [(name, _here(name, value)) for name, value in response.get_wsgi_headers(environ).items()]
    work = response.work if isinstance(response, Stream) else None
    body = response.get_data() if response.is_sequence else Chunks(response)
    rule = request.url_rule
    return Answer(response.status_code, headers, body, work, rule.rule if rule else "")


def _here(name: str, value: str) -> str:
    """A redirect's target without the made-up host: a relative reference, so that clients stay on this server."""
    return value.removeprefix(_ORIGIN) if name == "Location" else value
