"""One configuration of logging for every process: text for people, or JSON, one object a line (setting `log_format`).

No line holds an address of a client, a query or a body: a request is told by method, path, status and request id.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, Final

#: The logger of requests served (setting `access_log`).
ACCESS: Final = "parley.access"
#: What a log call may hand over in `extra={"fields": {…}}`.
FIELDS: Final = "fields"


class JsonFormatter(logging.Formatter):
    """A record as a JSON object: control characters in it are escaped, so that no text forges a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The object, without a line break in it."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        row: dict[str, Any] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            row["trace"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=True, default=str)


class TextFormatter(logging.Formatter):
    """Time, level, logger, message; control characters of the message are escaped."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without its trace."""
        record.message = "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in record.message)
        return super().formatMessage(record)


def configuration(level: str, log_format: str, **filters: Any) -> dict[str, Any]:
    """The argument of `logging.config.dictConfig`: all messages of `level` and above on the standard error."""
    plain = {"()": f"{__name__}.TextFormatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    formatters: dict[str, Any] = {"text": plain, "json": {"()": f"{__name__}.JsonFormatter"}}
    handler = {"class": "logging.StreamHandler", "formatter": log_format, "filters": list(filters)}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": formatters,
        "filters": filters,
        "handlers": {"console": handler},
        "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
        "root": {"handlers": ["console"], "level": level.upper()},
    }
