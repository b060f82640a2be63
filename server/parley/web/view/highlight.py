"""The text of a query in colours, for reading."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

from parley.engine.tokens import tokens

#: Kinds of tokens that have a colour, and the class that gives it.
_CLASSES: Final = {
    "keyword": "word", "variable": "variable", "string": "text", "tag": "text", "number": "number",
    "iri": "iri", "name": "iri",
}  # fmt: skip
_COMMENT: Final = re.compile(r"#[^\r\n]*+")
#: Longer texts are shown plain.
LONGEST: Final = 20_000


def highlighted(text: str) -> Markup:
    """`text` as HTML, its tokens in spans with a class by their kind; as it is, every character of it.

    >>> highlighted("ASK { ?x a <y> } # <i>")
    Markup('<span class="word">ASK</span> { <span class="variable">?x</span> <span class="word">a</span> \
<span class="iri">&lt;y&gt;</span> } <span class="remark"># &lt;i&gt;</span>')
    """
    if len(text) > LONGEST:
        return escape(text)
    parts: list[str] = []
    end = 0
    for token in tokens(text):
        parts.append(_between(text[end : token.start]))
        name, end = _CLASSES.get(token.kind), token.end
        parts.append(f'<span class="{name}">{escape(token.text)}</span>' if name else str(escape(token.text)))
    return Markup("".join([*parts, _between(text[end:])]))


def _between(gap: str) -> str:
    """Space and comments."""
    if "#" not in gap:
        return gap
    return _COMMENT.sub(lambda found: f'<span class="remark">{escape(found[0])}</span>', gap)
