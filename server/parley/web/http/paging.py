"""The number of a page of a list, as a request asks for it: each page has one address, the first that of the list."""

from __future__ import annotations

import re

from flask import request

from parley.errors import BadRequest, NotFound
from parley.web.http.redirects import Elsewhere, same_but

_NUMBER = re.compile(r"0*([1-9][0-9]*)", re.ASCII)
#: Digits of the largest number that is looked at.
_DIGITS = 8


def page_number(parameter: str, last: int) -> int:
    """The page, from 1 to `last`, that the query's `parameter` names; 1 without it.

    Raises BadRequest for what is no number, NotFound beyond the last, Elsewhere if the page has another address.
    """
    text = request.args.get(parameter)
    if text is None:
        return 1
    number = _NUMBER.fullmatch(text)
    if number is None:
        raise BadRequest(f"“{parameter}” is “{text[:20]}”.", cure="Give a number from 1.")
    page = int(number[1]) if len(number[1]) <= _DIGITS else last + 1
    if page > last:
        raise beyond(number[1], last)
    if text != str(page) or page == 1:
        raise Elsewhere(same_but(parameter, str(page) if page > 1 else ""))
    return page


def beyond(page: int | str, last: int) -> NotFound:
    """What to raise for a page after the `last`."""
    cure = f"Ask for one from 1 to {last}." if last > 1 else "There is only one: ask without a page."
    return NotFound(f"There is no page {str(page)[:20]}.", cure=cure)


def address_fields(parameter: str, page: int) -> dict[str, str]:
    """The part of the query that names `page`; the first needs none."""
    return {parameter: str(page)} if page > 1 else {}
