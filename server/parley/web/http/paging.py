"""The number of a page of a list, as a request asks for it."""

from __future__ import annotations

import re

from flask import request

from parley.errors import BadRequest

_NUMBER = re.compile(r"[0-9]{1,8}")


def page_number(parameter: str, last: int) -> int:
    """The page, from 1 to `last`, that the query's `parameter` names; 1 without it. Raises BadRequest."""
    text = request.args.get(parameter, "1")
    if not (_NUMBER.fullmatch(text) and 1 <= int(text) <= last):
        raise BadRequest(f"“{parameter}” is “{text[:20]}”.", cure=f"Give a number from 1 to {last}.")
    return int(text)
