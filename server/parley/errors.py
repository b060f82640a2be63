"""Every error that Parley raises on purpose, and the HTTP status and exit status each one maps to.

Our exception hierarchy::

    ParleyError
    ├── Misuse                  exit 2: the command or the configuration is wrong
    │   ├── PublicationError    publication.toml, or the folder itself
    │   └── SettingError        a setting out of range, an unknown setting
    ├── Finding                 exit 1: the input or the state has a fault
    │   ├── SourceError         a file that can't be read as RDF (file, line)
    │   ├── ValidationFailed    the shapes are violated
    │   ├── Inconsistent        the ontology contradicts itself or the data
    │   ├── TooLarge            a limit of the build is passed
    │   └── ReleaseError        a release that is broken, locked or can't be written
    ├── RequestError            a request that can't be served
    │   ├── BadRequest          400
    │   ├── Forbidden           403
    │   ├── NotFound            404
    │   ├── MethodNotAllowed    405
    │   ├── NotAcceptable       406
    │   ├── Gone                410
    │   ├── ContentTooLarge     413
    │   ├── UriTooLong          414
    │   ├── UnsupportedMediaType 415
    │   ├── FieldsTooLarge      431
    │   └── MethodUnknown       501
    └── EngineError             a query that did not end well
        ├── QueryFault          400: the text is at fault (line, column)
        │   ├── QuerySyntaxError  not SPARQL
        │   └── QueryRefused    the guard or a policy says no
        ├── QueryTimeout        503: the deadline passed
        ├── QueryTooLarge       503: the memory limit was reached
        ├── ResultTooLarge      503: the result passed its limit
        ├── ServiceFailed       502: another endpoint failed
        ├── EngineBusy          503: no executor was free in time
        └── EngineLost          503: the executor died of something else

Each says what happened (`message`) and what to do about it (`cure`); where a setting's limit was passed, also which
(`limit`: its name and value).
"""

from __future__ import annotations

from typing import Any, ClassVar


class ParleyError(Exception):
    """Base of all errors raised on purpose: what happened, in one sentence, and what the reader can do about it."""

    exit_status: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    #: Last segment of the problem type's IRI (RFC 9457) and name of the error in JSON output.
    kind: ClassVar[str] = "internal-error"

    def __init__(self, message: str, *, cure: str = "", limit: tuple[str, float] | None = None) -> None:
        super().__init__(message)
        self.message, self.cure, self.limit = message, cure, limit

    def __str__(self) -> str:
        return f"{self.message} {self.cure}" if self.cure else self.message


class Misuse(ParleyError):
    """The command line or the configuration is wrong."""

    exit_status = 2
    kind = "misuse"


class PublicationError(Misuse):
    """The folder is no publication, or its `publication.toml` is wrong."""

    kind = "publication-error"


class SettingError(Misuse):
    """A setting is unknown, of the wrong type or out of range."""

    kind = "setting-error"


class Finding(ParleyError):
    """The input or the state of the publication has a fault."""

    kind = "finding"


class SourceError(Finding):
    """A source file can't be read as RDF.

    `file` is relative to the publication; `line` counts from 1, or is None where the parser does not tell.
    """

    kind = "source-error"

    def __init__(self, message: str, *, file: str, line: int | None = None, cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {super().__str__()}"


class ValidationFailed(Finding):
    """The asserted data violate the shapes."""

    kind = "validation-failed"


class Inconsistent(Finding):
    """Closure found a contradiction."""

    kind = "inconsistent"


class TooLarge(Finding):
    """A limit of the build is passed."""

    kind = "too-large"


class ReleaseError(Finding):
    """A release is broken or locked, or can't be written or found."""

    kind = "release-error"


class RequestError(ParleyError):
    """A request that can't be served as asked."""

    http_status = 400
    kind = "bad-request"


class BadRequest(RequestError):
    """The request is malformed."""


class Forbidden(RequestError):
    """The request is understood, and policy refuses it."""

    http_status = 403
    kind = "forbidden"


class NotFound(RequestError):
    """There is nothing at this address."""

    http_status = 404
    kind = "not-found"


class MethodNotAllowed(RequestError):
    """The resource exists, the method does not; `allowed` goes into `Allow` (RFC 9110 §15.5.6)."""

    http_status = 405
    kind = "method-not-allowed"

    def __init__(self, message: str, *, allowed: tuple[str, ...], cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.allowed = allowed


class NotAcceptable(RequestError):
    """None of the formats there are is acceptable; `available` are their media types (RFC 9110 §15.5.7)."""

    http_status = 406
    kind = "not-acceptable"

    def __init__(self, message: str, *, available: tuple[str, ...], cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.available = available


class Gone(RequestError):
    """There was something at this address once: `iri`; `successor` is what replaces it, if anything."""

    http_status = 410
    kind = "gone"

    def __init__(self, message: str, *, iri: str, successor: str | None = None, cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.iri = iri
        self.successor = successor


class ContentTooLarge(RequestError):
    """The body is larger than the limit."""

    http_status = 413
    kind = "content-too-large"


class UriTooLong(RequestError):
    """The request line is longer than the limit."""

    http_status = 414
    kind = "uri-too-long"


class UnsupportedMediaType(RequestError):
    """The body is of a type that this resource does not take; `accepted` are those it does."""

    http_status = 415
    kind = "unsupported-media-type"

    def __init__(self, message: str, *, accepted: tuple[str, ...], cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.accepted = accepted


class FieldsTooLarge(RequestError):
    """The header fields are larger than the limit (RFC 6585 §5)."""

    http_status = 431
    kind = "fields-too-large"


class MethodUnknown(RequestError):
    """No resource of this server knows the method (RFC 9110 §15.6.2)."""

    http_status = 501
    kind = "method-unknown"


class EngineError(ParleyError):
    """A query did not end well."""

    http_status = 503
    kind = "engine-error"


class QueryFault(EngineError):
    """The query's text is at fault, at `line` and `column` (from 1) where they are known."""

    http_status = 400

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        return f"{place}{super().__str__()}"


class QuerySyntaxError(QueryFault):
    """The text is not SPARQL 1.1 Query."""

    kind = "query-syntax"


class QueryRefused(QueryFault):
    """The text is SPARQL, but a limit or a policy refuses it before it runs."""

    kind = "query-refused"


class QueryTimeout(EngineError):
    """The query passed its deadline and was ended."""

    kind = "query-timeout"


class QueryTooLarge(EngineError):
    """The query passed its memory limit and was ended."""

    kind = "query-memory"


class ResultTooLarge(EngineError):
    """The result passed its size limit; what was sent is not complete."""

    kind = "result-too-large"


class ServiceFailed(EngineError):
    """Another endpoint that the query names could not be asked, or did not answer as it should."""

    http_status = 502
    kind = "service-failed"


class EngineBusy(EngineError):
    """No executor was free in time; try again after `retry_after` seconds."""

    kind = "engine-busy"

    def __init__(self, message: str, *, retry_after: int = 1, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class EngineLost(EngineError):
    """The executor, or the engine as a whole, is gone."""

    kind = "engine-lost"
