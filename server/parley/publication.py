"""A publication: a folder with `publication.toml`, `ontology/`, `data/` and `shapes/`.

This module reads the description of the folder; the pipeline reads the RDF in it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from parley.errors import PublicationError
from parley.formats import without_endings
from parley.roles import DEFAULT_ROLES, Role
from parley.settings import Settings
from parley.toml_values import (
    choice,
    iri_of,
    is_iri,
    languages_of,
    list_of_text,
    placed,
    prefixes_of,
    table_of,
    text_of,
    wrong,
)
from parley.vocab import PREFIXES

FILE_NAME = "publication.toml"


#: The folders of the usual layout.
LAYOUT = ("ontology", "data", "shapes")


@dataclass(frozen=True, slots=True)
class Publication:
    """What is particular to one site.

    `base` is the canonical base IRI (ends in `/` or `#`), whatever the host that serves; `bases` are further ones.
    `languages` are BCP 47 tags, the first is the default. `paths` are the folders, relative to `root`, that are read.
    `violations` of the shapes and contradictions "refuse" a build, or it does but "report" them. `aside` are classes
    whose things reconciliation finds only for those who ask for the class.
    `source` is the text of `publication.toml` as read or guessed: it is part of a release's identity.
    """

    root: Path
    base: str
    source: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    languages: tuple[str, ...] = ("en",)
    licence: str | None = None
    publisher: str | None = None
    bases: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    paths: tuple[str, ...] = (".",)
    roles: tuple[tuple[str, Role], ...] = DEFAULT_ROLES
    inference: str = "owl-rl"
    violations: str = "refuse"
    aside: tuple[str, ...] = ()
    guessed: bool = False
    settings: Settings = field(default_factory=Settings)

    @property
    def all_bases(self) -> tuple[str, ...]:
        """The canonical base and the further ones."""
        return (self.base, *self.bases)

    @property
    def all_prefixes(self) -> dict[str, str]:
        """The publication's prefixes, then the usual ones for the namespaces it has none for."""
        mine = dict(self.prefixes)
        taken = set(mine.values())
        return mine | {p: n for p, n in PREFIXES.items() if p not in mine and n not in taken}

    def role(self, path: str) -> Role:
        """The role of the file at `path`, relative to the root, with `/` between folders."""
        return next(role for pattern, role in self.roles if fnmatchcase(path, pattern))

    def graph(self, path: str) -> str:
        """The graph that takes the triples of the file at `path` that have no graph name of their own."""
        root = self.base if self.base.endswith("/") else self.base.rstrip("#") + "/"
        return f"{root}graph/{graph_path(path)}"


def graph_path(path: str) -> str:
    """What the name of a file's graph has of the file's path: `data/my-terms.v2` of `data/my terms.v2.ttl`."""
    return "".join(c if c.isalnum() or c in "/-_.~" else "-" for c in without_endings(path))


def bundled() -> Path | None:
    """The publication that the wheel carries, if any; an editable install has none."""
    folder = Path(str(files("parley"))) / "_publication"
    return folder if (folder / FILE_NAME).is_file() else None


def locate(given: Path | None, environment: Mapping[str, str] = os.environ, start: Path | None = None) -> Path:
    """The folder of the publication: `given`, else `PARLEY_PUBLICATION`, else the nearest one upward, else the bundled.

    Raises PublicationError when none of the four is there.
    """
    named = given or (Path(value) if (value := environment.get("PARLEY_PUBLICATION")) else None)
    if named is not None:
        if not named.is_dir():
            raise PublicationError(f"{named} is not a folder.", cure="Name the folder that holds your RDF.")
        return named.resolve()
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    if (carried := bundled()) is not None:
        return carried
    raise PublicationError(
        "There is no publication here.",
        cure=f"Name its folder, set PARLEY_PUBLICATION, or go to a folder that has a {FILE_NAME}; "
        "`parley new DIR` makes one.",
    )


def load(root: Path, environment: Mapping[str, str] = os.environ, **overrides: Any) -> Publication:
    """The publication in `root`, which must have a `publication.toml`; `overrides` are settings of the command line.

    Raises PublicationError if the file is missing or wrong, SettingError for a setting that is.
    """
    path = root / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PublicationError(f"{root} has no {FILE_NAME}.", cure="`parley new DIR` writes one.") from None
    except UnicodeDecodeError:
        raise PublicationError(f"{path} is not UTF-8.", cure="Save it as UTF-8.") from None
    publication = parse(root, text, environment, **overrides)
    if missing := [name for name in publication.paths if not (root / name).is_dir()]:
        raise wrong("paths", f"a list of folders, which {', '.join(missing)} is not")
    return publication


_KEYS = frozenset(
    {
        *("base", "bases", "title", "description", "languages", "licence", "publisher", "prefixes"),
        "paths",
        *("graphs", "validation", "inference", "reconciliation", "server", "limits"),
    }
)


def parse(
    root: Path,
    text: str,
    environment: Mapping[str, str] = os.environ,
    *,
    guessed: bool = False,
    **overrides: Any,
) -> Publication:
    """The publication that `text`, in the syntax of `publication.toml`, describes."""
    try:
        return _parsed(root, text, environment, guessed, overrides)
    except PublicationError as error:
        raise placed(error, text) from None


def _parsed(
    root: Path, text: str, environment: Mapping[str, str], guessed: bool, overrides: Mapping[str, Any]
) -> Publication:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PublicationError(f"{FILE_NAME} is not TOML: {error}.", cure="Correct the line.") from None
    if unknown := sorted(set(table) - _KEYS):
        raise PublicationError(
            f"{FILE_NAME} has unknown keys: {', '.join(unknown)}.",
            cure=f"Known are: {', '.join(sorted(_KEYS))}.",
        )
    languages = tuple(languages_of(table, "languages") or ("en",))
    tables = {name: table_of(table, name) for name in ("server", "limits")}
    return Publication(
        root=root,
        base=_base(text_of(table, "base")),
        bases=tuple(_base(b) for b in list_of_text(table, "bases")),
        source=text,
        title=_localised(table, "title", languages),
        description=_localised(table, "description", languages),
        languages=languages,
        licence=iri_of(table, "licence"),
        publisher=text_of(table, "publisher", required=False) or None,
        prefixes=prefixes_of(table, "prefixes"),
        paths=_paths(root, list_of_text(table, "paths")),
        roles=_roles(table_of(table, "graphs")),
        inference=choice(table, "inference", "profile", ("owl-rl", "none")),
        violations=choice(table, "validation", "violations", ("refuse", "report")),
        aside=_classes(table),
        guessed=guessed,
        settings=Settings.load(tables, environment, **overrides),
    )


def _localised(table: Mapping[str, Any], key: str, languages: tuple[str, ...]) -> dict[str, str]:
    """A text per language; one text alone counts for the default language."""
    value = table.get(key, {})
    if isinstance(value, str):
        value = {languages[0]: value}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise wrong(key, "a text, or a table of one text a language")
    if unknown := sorted(set(value) - set(languages)):
        raise wrong(key, f"in the languages declared, which {', '.join(unknown)} is not")
    return value


def _base(iri: str) -> str:
    parts = urlsplit(iri)
    if not is_iri(iri) or not iri.endswith(("/", "#")) or (parts.scheme != "urn" and not parts.netloc):
        raise wrong("base", f"an absolute IRI that ends in / or #, not “{iri}”")
    return iri


def _classes(table: Mapping[str, Any]) -> tuple[str, ...]:
    """The IRIs of the classes that `aside` under [reconciliation] names, in full or by a prefix."""
    prefixes = PREFIXES | table_of(table, "prefixes")
    settings = table_of(table, "reconciliation")
    if unknown := sorted(set(settings) - {"aside"}):
        raise wrong("reconciliation", f"a table with “aside”, not {', '.join(unknown)}")
    found = []
    for name in list_of_text(settings, "aside"):
        prefix, _, local = name.partition(":")
        if prefix not in prefixes and not local.startswith("//") and prefix != "urn":
            raise wrong("aside", f"a list of classes; “{prefix}:” of “{name}” is no prefix here")
        found.append(prefixes[prefix] + local if prefix in prefixes else name)
    return tuple(found)


def _roles(table: Mapping[str, Any]) -> tuple[tuple[str, Role], ...]:
    try:
        mine = tuple((pattern, Role(name)) for pattern, name in table.items())
        if any(role is Role.INFERRED for _pattern, role in mine):
            raise ValueError("inferred is what Parley adds")
    except ValueError as error:
        names = ", ".join(role.value for role in Role if role is not Role.INFERRED)
        raise wrong("graphs", f"a table of path patterns and roles ({error}; the roles are {names})") from None
    return (*mine, *DEFAULT_ROLES)


def _paths(root: Path, given: list[str]) -> tuple[str, ...]:
    """The folders given, else those of the usual layout that are there, else the whole folder."""
    if outside := [name for name in given if Path(name).is_absolute() or os.path.normpath(name).startswith("..")]:
        raise wrong("paths", f"a list of folders within the publication, which {', '.join(outside)} is not")
    return tuple(given) or tuple(name for name in LAYOUT if (root / name).is_dir()) or (".",)
