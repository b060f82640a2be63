"""The base of all errors, and those of a command: its configuration, what it reads, what it builds."""

from __future__ import annotations

from typing import ClassVar


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
    """The folder is no publication, or its `publication.toml` is wrong, in what stands under `key` if that is known."""

    kind = "publication-error"

    def __init__(self, message: str, *, cure: str = "", key: str = "") -> None:
        super().__init__(message, cure=cure)
        self.key = key


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
