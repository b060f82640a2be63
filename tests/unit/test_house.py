"""The rules of the house: sizes, imports, genericity, documentation. Each check counts what it looked at."""

import ast
import doctest
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import parley
from parley import errors

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "server" / "parley"
MODULES = sorted(PACKAGE.rglob("*.py"))

MODULE_LINES = 300
#: Longer than that, with the reason.
LONG: set[str] = set()
FUNCTION_LINES = 40


def _names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _oversized(source: str) -> list[str]:
    found = [f"{source.count(chr(10))} lines"] if source.count("\n") > MODULE_LINES else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES + _docstring_lines(node):
                found.append(f"{node.name}: {length} lines")
    return found


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return len((ast.get_docstring(node) or "").splitlines()) + 1


def test_modules_and_functions_stay_small() -> None:
    assert len(MODULES) >= 20
    found = {_names(path): rows for path in MODULES if (rows := _oversized(path.read_text()))}
    assert set(found) == LONG, found


def test_an_oversized_function_is_found() -> None:
    assert _oversized("def f():\n" + "    x = 1\n" * 60) == ["f: 61 lines"]


def test_the_package_is_imported_by_its_name_only() -> None:
    files = [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]
    wrong = [
        _names(f) for f in files if any(re.match(r"server(\.|$)", name) for name in _imports(ast.parse(f.read_text())))
    ]
    assert wrong == []


#: (folder or module, what it must not import)
DIRECTIONS = [
    ("pipeline", r"parley\.(web|cli)|flask"),
    ("pipeline/sources", r"parley\.pipeline\.(validation|inference|output|build)"),
    ("pipeline/validation", r"parley\.pipeline\.(inference|output|build)"),
    ("pipeline/inference", r"parley\.pipeline\.(output|build)"),
    ("pipeline/output", r"parley\.pipeline\.(validation|build)"),
    ("engine", r"parley\.(web|cli|pipeline)|flask|rdflib"),
    ("release", r"parley\.(web|cli|pipeline|engine)|flask"),
    ("web", r"parley\.(pipeline|cli)|pyshacl|owlrl"),
    ("formats.py", r"flask|rdflib|parley\.(?!errors)"),
    ("urls.py", r"flask|rdflib|parley\.(?!errors)"),
    ("publication.py", r"flask|rdflib"),
    ("supervisor.py", r"parley\.(web|cli|pipeline)|flask|rdflib"),
    ("serving.py", r"parley\.(?!errors|settings)"),
    ("web/edge", r"parley\.web\.(page|view|rdf\.dataset)"),
    ("web/routes", r"parley\.web\.edge"),
    ("web/page", r"parley\.web\.(edge|routes)"),
    ("web/view", r"parley\.web\.(edge|routes|page|rdf|http)|flask"),
    ("web/rdf", r"parley\.web\.(edge|routes|page|view)|flask"),
    ("web/http", r"parley\.web\.(edge|routes|page|view|rdf)"),
    ("web/http/negotiate.py", r"flask|os|pathlib|sqlite3"),
]


@pytest.mark.parametrize(("place", "forbidden"), DIRECTIONS)
def test_imports_point_one_way(place: str, forbidden: str) -> None:
    files = [path for path in MODULES if path.relative_to(PACKAGE).as_posix().startswith(place)]
    assert files
    wrong = {
        _names(path): name
        for path in files
        for name in _imports(ast.parse(path.read_text()))
        if re.match(rf"(?:{forbidden})(?:\.|$)", name)
    }
    assert wrong == {}


def test_the_publisher_knows_nothing_of_our_dataset() -> None:
    description = tomllib.loads((ROOT / "publication.toml").read_text())
    words = [re.escape(description["base"]), r"\bnatosce\b", r"\bNATO\b", r"\bOSCE\b", r"\bOTAN\b"]
    files = [
        path for path in (ROOT / "server").rglob("*") if path.suffix in {".py", ".html", ".toml", ".css", ".js", ".mjs"}
    ]
    files = [path for path in files if "node_modules" not in path.parts and "build" not in path.parts]
    assert len(files) >= 20
    wrong = {_names(path): word for path in files for word in words if re.search(word, path.read_text())}
    assert wrong == {}


def _public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def test_every_public_name_is_documented() -> None:
    public = [(path, node) for path in MODULES for node in _public(ast.parse(path.read_text()))]
    assert len(public) >= 60
    assert [f"{_names(path)}: {node.name}" for path, node in public if not ast.get_docstring(node)] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        _names(path) for path in MODULES if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_doctests_hold() -> None:
    ran = 0
    for module in pkgutil.walk_packages(parley.__path__, "parley."):
        if module.name.endswith("__main__"):
            continue
        result = doctest.testmod(importlib.import_module(module.name), optionflags=doctest.ELLIPSIS)
        assert result.failed == 0, module.name
        ran += result.attempted
    assert ran >= 3


def _subclasses(cls: type[errors.ParleyError]) -> Iterator[type[errors.ParleyError]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


def test_the_tree_of_errors_is_drawn_in_full() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    classes = {cls.__name__ for cls in _subclasses(errors.ParleyError) if cls.__module__.startswith("parley.errors.")}
    assert len(classes) >= 20
    assert drawn == classes == set(errors.__all__) - {"ParleyError"}


def test_kinds_of_errors_tell_them_apart() -> None:
    kinds = [cls.kind for cls in _subclasses(errors.ParleyError) if cls.__module__.startswith("parley.errors.")]
    concrete = [k for k in kinds if k not in {"bad-request", "engine-error"}]
    assert len(concrete) == len(set(concrete))
