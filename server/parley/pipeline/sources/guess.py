"""What `publication.toml` would say of a folder that has none: base, languages, title, prefixes, roles, inference.

The guess is itself the text of a valid `publication.toml`, commented, ready to be saved and corrected.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox

from parley.pipeline.sources.contexts import Contexts
from parley.pipeline.sources.discover import discover_in, state_folder
from parley.pipeline.sources.parse import Parser
from parley.pipeline.sources.survey import TITLED, TITLES, Survey
from parley.publication import Publication, parse
from parley.roles import DEFAULT_ROLES, Role
from parley.settings import Settings
from parley.toml_values import is_iri, is_language, is_prefix
from parley.vocab import PREFIXES

#: A language needs this share of the tagged texts, a further base this share of the subjects.
_MIN_SHARE = 0.01
_MAX_LANGUAGES = _MAX_BASES = 10
#: The share of a host's subjects that the base must hold; the rest are strays.
_MOST = 0.95
#: Triples that are reasoned over in seconds: who serves a folder for the first time must not wait for more.
_QUICK = 10_000
_NO_LANGUAGES = frozenset(["x", "und", "mul", "zxx", "i"])
#: The first line of a guess, and what it becomes once the guess is saved.
GUESSED = (
    "# Guessed from the files. Save as publication.toml and correct it.",
    "# Guessed from the files: correct it.",
)
_FALLBACK_BASE = "http://localhost:8000/"


def guess(root: Path, environment: Mapping[str, str] = os.environ, **overrides: Any) -> Publication:
    """The publication in `root`, which has no `publication.toml`; `overrides` are settings of the command line.

    Files that can't be read count for nothing here; reading them will say why. Raises PublicationError if there is
    no RDF file, SettingError for a wrong setting.
    """
    settings = Settings.load({}, environment, **overrides)
    root = root.resolve()
    survey = Survey(Parser(settings, Contexts(root)))
    for source in discover_in(root, _default_role, state_folder(root, settings)).files:
        survey.add(source)
    return parse(root, _text(root, survey, settings), environment, guessed=True, **overrides)


def _default_role(name: str) -> Role:
    return next(role for pattern, role in DEFAULT_ROLES if fnmatchcase(name, pattern))


def _bases(survey: Survey) -> list[str]:
    """The base of most things of the data, then those of others; of the ontologies where data are but strays."""
    everything = survey.subjects + survey.terms
    if _foreign_left_out(survey.subjects).total() >= _MIN_SHARE * _foreign_left_out(everything).total() > 0:
        return _by_host(_foreign_left_out(survey.subjects))
    return _by_host(everything)


def _foreign_left_out(subjects: Counter[str]) -> Counter[str]:
    """`subjects` without the vocabularies that everybody uses: a copy of one is not what the folder is about."""
    known = set(PREFIXES.values())
    return Counter({namespace: n for namespace, n in subjects.items() if namespace not in known and _is_web(namespace)})


def _is_web(namespace: str) -> bool:
    parts = urlsplit(namespace)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and is_iri(namespace)


def _by_host(subjects: Counter[str]) -> list[str]:
    """One base for each host, that of most statements first."""
    hosts: dict[str, Counter[str]] = defaultdict(Counter)
    for namespace, count in subjects.items():
        if _is_web(namespace):
            parts = urlsplit(namespace)
            hosts[f"{parts.scheme}://{parts.netloc}/"][namespace] += count
    ranked = sorted(hosts, key=lambda host: (-hosts[host].total(), host))
    total = sum(counts.total() for counts in hosts.values())
    wanted = [host for host in ranked if hosts[host].total() >= _MIN_SHARE * total]
    return [_common(host, hosts[host]) for host in wanted[: _MAX_BASES + 1]]


def _common(host: str, counts: Counter[str]) -> str:
    """The longest base that nearly all of a host's namespaces begin with."""
    held, total = [], 0
    for namespace, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        held.append(namespace)
        total += count
        if total >= _MOST * counts.total():
            break
    if len(held) == 1 and held[0].endswith(("/", "#")):
        return held[0]
    shared = os.path.commonprefix(held)  # noqa: RUF071 - of IRIs; cut to a whole segment below
    return max(shared[: shared.rfind("/") + 1], host, key=len)


def _languages(counts: Counter[str]) -> list[str]:
    total = counts.total()
    ranked = sorted(counts, key=lambda tag: (-counts[tag], tag))
    wanted = [t for t in ranked if counts[t] >= _MIN_SHARE * total and t not in _NO_LANGUAGES and is_language(t)]
    return wanted[:_MAX_LANGUAGES] or ["en"]


def _own(survey: Survey, kind: ox.NamedNode, bases: list[str]) -> list[object]:
    """The folder's datasets, ontologies or schemes, best first; copies of other hosts' are not what it is about."""
    hosts = [base[: base.index("/", base.index("//") + 2) + 1] for base in bases]

    def rank(subject: object) -> int:
        iri = subject.value if isinstance(subject, ox.NamedNode) else bases[0]
        return next((place for place, host in enumerate(hosts) if iri.startswith(host)), len(hosts))

    def order(subject: object) -> tuple[int, bool, str]:
        below = f"{getattr(subject, 'value', '')}/".startswith(tuple(base.removesuffix("#") for base in bases))
        return rank(subject), not below, str(subject)

    return sorted((s for s in survey.kinds.get(kind, ()) if rank(s) < len(hosts)), key=order)


def _title(survey: Survey, languages: list[str], root: Path, bases: list[str]) -> dict[str, str]:
    """The title of the dataset, else of the ontology, else the folder's name."""
    for kind in TITLED:
        for subject in _own(survey, kind, bases):
            for prop in TITLES:
                texts: dict[str, str] = {}
                for literal in sorted(survey.titles.get(subject, {}).get(prop, ()), key=str):
                    language = (literal.language or languages[0]).partition("-")[0]
                    if language in languages:
                        texts.setdefault(language, literal.value)
                if texts:
                    return texts
    return {languages[0]: root.name or "Data"}


def _licence(survey: Survey, bases: list[str]) -> str | None:
    subjects = [subject for kind in TITLED for subject in _own(survey, kind, bases)]
    return next((survey.licences[s] for s in subjects if s in survey.licences), None)


def _inference(survey: Survey, settings: Settings) -> tuple[str, str]:
    if not survey.has_ontology:
        return "none", "no ontology was found"
    limit = min(_QUICK, settings.infer_triples)
    if survey.triples > limit:
        return "none", (
            f"{survey.triples:,} triples may take minutes; write “owl-rl” if you want what follows from them"
            if limit == _QUICK
            else f"{survey.triples:,} triples are more than infer_triples under [limits] allows"
        )
    return "owl-rl", "an ontology was found"


def _text(root: Path, survey: Survey, settings: Settings) -> str:
    bases = _bases(survey) or [_FALLBACK_BASE]
    languages = _languages(survey.languages)
    profile, reason = _inference(survey, settings)
    licence = _licence(survey, bases)
    lines = [
        GUESSED[0],
        "",
        "# The base of most IRIs that something is said about; it stays the same wherever the site is served.",
        f"base = {_quoted(bases[0])}",
        *(["# Further ones.", f"bases = {_quoted_list(bases[1:])}"] if bases[1:] else []),
        "# Those that texts are tagged with, the most frequent first.",
        f"languages = {_quoted_list(languages)}",
        *([f"licence = {_quoted(licence)}"] if licence else ['# licence = "https://…"']),
        *(["# The whole folder is read.", 'paths = ["."]'] if survey.scattered else []),
        "",
        *_table("title", _title(survey, languages, root, bases)),
        *_table("prefixes", _prefixes(survey.parser.prefixes)),
    ]
    if survey.roles:
        lines.append("# What the files hold, where their place does not say it. The other files are data.")
        lines += _table("graphs", {_pattern(name): role.value for name, role in sorted(survey.roles.items())})
    if survey.has_shapes or profile != "none":
        lines.append("# Nobody said that the data keep to shapes and axioms: “refuse” builds no release that does not.")
        lines += _table("validation", {"violations": "report"})
    return "\n".join([*lines, f"# “{profile}”, since {reason}.", *_table("inference", {"profile": profile})])


def _prefixes(declared: Mapping[str, str]) -> dict[str, str]:
    """The prefixes that the files declare, without those that everybody declares."""
    return {
        prefix: namespace
        for prefix, namespace in sorted(declared.items())
        if is_prefix(prefix) and PREFIXES.get(prefix) != namespace and is_iri(namespace)
    }


def _pattern(name: str) -> str:
    """A file's name as a pattern that matches it alone."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _table(name: str, entries: Mapping[str, str]) -> list[str]:
    if not entries:
        return []
    return [f"[{name}]", *(f"{_key(key)} = {_quoted(value)}" for key, value in entries.items()), ""]


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON, and DEL's besides (TOML 1.0, String)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _quoted_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"
