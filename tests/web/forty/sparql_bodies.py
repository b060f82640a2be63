"""For schemathesis (SCHEMATHESIS_HOOKS): how a query is sent as it is."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.serializer("application/sparql-query")  # type: ignore[untyped-decorator]
def sparql_query(_context: Any, value: Any) -> bytes:
    """Texts as they are; of other values, which the fuzzer also tries, their representation."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
