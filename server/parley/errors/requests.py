"""Requests over HTTP that can't be served, and the status of each (RFC 9110 §15)."""

from __future__ import annotations

from parley.errors.base import ParleyError


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
    """None of the formats there are is acceptable; `available` are their media types (RFC 9110 §15.5.7).

    `parameter` is what names one in a query, and `path` where it does, if that is not the address asked.
    """

    http_status = 406
    kind = "not-acceptable"

    def __init__(
        self, message: str, *, available: tuple[str, ...], cure: str = "", parameter: str = "format", path: str = ""
    ) -> None:
        super().__init__(message, cure=cure)
        self.available = available
        self.parameter = parameter
        self.path = path


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
