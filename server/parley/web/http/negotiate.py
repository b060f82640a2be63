"""Content negotiation: which syntax and which language to answer in (RFC 9110 §12, RFC 4647 §3.4). Pure functions.

Decisions where the standard leaves room, each a named case in the tests:

- An absent or empty `Accept`, and one of which no member can be parsed (`q=2` makes a member unparsable), mean the
  default: the first format available. Members that can't be parsed are otherwise ignored. `q=.5`, which the grammar
  forbids and some clients send, is taken for `q=0.5`.
- Among equal weights the more specific match wins (`text/turtle, */*` asks for Turtle), then the server's order.
- A wildcard matches the media types that are sent, not their aliases; an alias counts when it is named in full,
  and naming it with `q=0` excludes nothing.
- `charset` must be UTF-8, the only one there is; a range that wants another matches nothing. `profile` and `version`
  match, since the answer's own parameters say what it is. A range with any other parameter matches, but counts for
  less than the same range without.
- `?format=` beats `Accept`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from parley.errors import NotAcceptable
from parley.formats import Format, by_name

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
# Possessive quantifiers keep every one of these linear on hostile headers.
_MEMBER = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)++')
_RANGE = re.compile(rf"\s*+({_TOKEN})/({_TOKEN})\s*+")
_PARAMETER = re.compile(rf';\s*+(?:({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*+")\s*+)?')
_WEIGHT = re.compile(r"(?:0?\.\d{1,3}|0\.?|1(?:\.0{0,3})?)")
_LANGUAGE = re.compile(r"\s*+(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*+)\s*+(?:;\s*+[qQ]=([0-9.]++)\s*+)?")

_UTF_8: Final = frozenset(["utf-8", "utf8", "*"])
_RECOGNISED: Final = frozenset(["profile", "version"])

# How exactly a range matches a format; also the order of preference among equal weights.
_ANY, _TYPE, _FULL_WITH_UNKNOWN, _FULL, _FULL_WITH_PARAMETERS = range(1, 6)


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One member of `Accept`: `type` and `subtype` in lower case, its parameters, its weight from 0 to 1."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...] = ()
    weight: float = 1.0

    def precision(self, media_type: str) -> int:
        """How exactly this range matches `media_type`: 0 not at all, higher is more specific."""
        wanted_type, _, wanted_subtype = media_type.partition("/")
        if any(name == "charset" and value.lower() not in _UTF_8 for name, value in self.parameters):
            return 0
        if self.type == "*":
            return _ANY if self.subtype == "*" else 0
        if self.type != wanted_type:
            return 0
        if self.subtype == "*":
            return _TYPE
        return self._full_precision() if self.subtype == wanted_subtype else 0

    def _full_precision(self) -> int:
        if not self.parameters:
            return _FULL
        known = all(name in _RECOGNISED or name == "charset" for name, _ in self.parameters)
        return _FULL_WITH_PARAMETERS if known else _FULL_WITH_UNKNOWN


def parse_accept(header: str | None) -> tuple[MediaRange, ...]:
    """The members of an `Accept` header that can be parsed, in their order (RFC 9110 §12.5.1)."""
    members = (_parse_range(match[0]) for match in _MEMBER.finditer(header or ""))
    return tuple(member for member in members if member is not None)


def _parse_range(text: str) -> MediaRange | None:
    match = _RANGE.match(text)
    if match is None:
        return None
    parameters: list[tuple[str, str]] = []
    position = match.end()
    while position < len(text):
        found = _PARAMETER.match(text, position)
        if found is None:
            return None
        position = found.end()
        if found[1] is None:
            continue
        name, value = found[1].lower(), _unquoted(found[2])
        if name == "q":  # what follows the weight was `accept-ext`, which RFC 9110 removed
            weight = float(value) if _WEIGHT.fullmatch(value) else None
            return None if weight is None else MediaRange(*_lower(match), tuple(parameters), weight)
        parameters.append((name, value))
    return MediaRange(*_lower(match), tuple(parameters))


def _lower(match: re.Match[str]) -> tuple[str, str]:
    return match[1].lower(), match[2].lower()


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def quality(candidate: Format, ranges: Iterable[MediaRange]) -> tuple[float, int]:
    """The weight that `ranges` give to `candidate`, and the precision of the range that decides; (0, 0) for none.

    The most specific range decides (RFC 9110 §12.5.1), of equally specific ones the heaviest.
    """
    ranges = tuple(ranges)
    precision, weight = _decisive(candidate.media_type, ranges)
    if precision >= _FULL_WITH_UNKNOWN:
        return weight, precision
    named = [(w, p) for p, w in (_decisive(alias, ranges) for alias in candidate.aliases) if p >= _FULL_WITH_UNKNOWN]
    return max([*named, (weight, precision)])


def _decisive(media_type: str, ranges: Sequence[MediaRange]) -> tuple[int, float]:
    matches = ((r.precision(media_type), r.weight) for r in ranges)
    return max((match for match in matches if match[0]), default=(0, 0.0))


def choose(accept: str | None, available: Sequence[Format]) -> Format | None:
    """The format of `available` that suits `accept` best, or None if none is acceptable; its first is the default."""
    return _chosen(accept, tuple(available))


# Clients send few different fields; the longest that anybody may send bounds what is remembered.
@lru_cache(maxsize=512)
def _chosen(accept: str | None, available: tuple[Format, ...]) -> Format | None:
    ranges = parse_accept(accept)
    if not ranges:
        return available[0]
    ranked = [(*quality(candidate, ranges), -order, candidate) for order, candidate in enumerate(available)]
    weight, _, _, best = max(ranked, key=lambda row: row[:3])
    return best if weight > 0 else None


def choose_format(accept: str | None, parameter: str | None, available: Sequence[Format]) -> Format:
    """The format to answer in: `?format=` (a name, an extension or a media type), else by `Accept`.

    Raises NotAcceptable, which lists what there is.
    """
    if parameter:
        chosen = by_name(parameter, available)
        what = f"“{parameter[:80]}”"
    else:
        chosen = choose(accept, available)
        what = "what Accept asks for"
    return chosen if chosen is not None else refuse(what, available)


def refuse(what: str, available: Sequence[Format]) -> Format:
    """Raise NotAcceptable for `what`, listing `available`; typed as if it returned, for use in expressions."""
    names = ", ".join(f"{f.label} ({f.media_type})" for f in available)
    raise NotAcceptable(
        f"This resource is not available as {what}.",
        available=tuple(f.media_type for f in available),
        cure=f"It is available as: {names}.",
    )


def choose_language(header: str | None, available: Sequence[str]) -> str:
    """The language of `available` by RFC 4647 lookup (§3.4) of `Accept-Language`; its first is the default.

    A range of weight 0 excludes its language unless nothing else is left.
    """
    wanted, excluded = _parse_languages(header)
    offered = {tag.lower(): tag for tag in available if tag.lower() not in excluded}
    for tag in wanted:
        if tag == "*":
            break
        while tag:
            if tag in offered:
                return offered[tag]
            tag = tag.rpartition("-")[0]
            if len(tag) > 1 and tag[-2] == "-":  # a single-letter subtag introduces what was just cut off
                tag = tag[:-2]
    return next(iter(offered.values()), available[0])


def _parse_languages(header: str | None) -> tuple[list[str], frozenset[str]]:
    """The ranges of an `Accept-Language` header in lower case, heaviest first, and those of weight 0."""
    weighted: list[tuple[float, str]] = []
    for member in (header or "").split(","):
        match = _LANGUAGE.fullmatch(member)
        if match and (match[2] is None or _WEIGHT.fullmatch(match[2])):
            weighted.append((float(match[2] or 1), match[1].lower()))
    ordered = sorted((w for w in weighted if w[0] > 0), key=lambda w: -w[0])
    return [tag for _, tag in ordered], frozenset(tag for weight, tag in weighted if weight == 0)
