"""What of a request's query a page takes: its links and its validator are made of that and of nothing else."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_plus

from flask import current_app, request

#: Where the application keeps the names of the parameters that each of its endpoints takes.
TAKEN: Final = "parley.parameters"


def own_query(*names: str) -> str:
    """The part of the request's query that its page takes: the parameters that its route has, and `names`.

    All else means nothing and is never repeated.
    """
    taken = {*current_app.extensions[TAKEN].get(request.endpoint, ()), *names}
    sent = request.query_string.decode("ascii", "replace").split("&")
    fields = [field for field in sent if unquote_plus(field.partition("=")[0]) in taken]
    return f"?{'&'.join(fields)}" if fields else ""
