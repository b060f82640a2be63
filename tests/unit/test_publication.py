"""publication.toml: what is accepted, what is refused and how it is told, where a publication is looked for."""

from pathlib import Path

import pytest

from parley.errors import PublicationError, SettingError
from parley.publication import FILE_NAME, load, locate, parse
from parley.roles import Role

MINIMAL = 'base = "https://data.example/"\n'


def test_the_smallest_file_is_enough(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(MINIMAL)
    publication = load(tmp_path, {})
    assert publication.base == "https://data.example/"
    assert publication.languages == ("en",)
    assert publication.settings.port == 8000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("base = ", "not TOML"),
        ("", "has no “base”"),
        ('base = "data.example/"', "absolute IRI"),
        ('base = "https://data.example"', "ends in / or #"),
        (MINIMAL + 'colour = "red"', "unknown keys: colour"),
        (MINIMAL + "languages = 3", "list of texts"),
        (MINIMAL + '[title]\nfr = "Le jardin"', "which fr is not"),
        (MINIMAL + '[graphs]\n"x/*" = "nonsense"', "roles are"),
        (MINIMAL + '[graphs]\n"x/*" = "inferred"', "roles are"),
        ('base = "https://data.example/<x>/"', "absolute IRI"),
        (MINIMAL + 'languages = ["e n"]', "language tags.*“e n”"),
        (MINIMAL + '\nlanguages = ["fr", "english"]', r'^publication.toml:3: “languages”.*“english”.* Write "en".'),
        (MINIMAL + 'languages = ["français"]', 'not “français”.* Write "fr".'),
        (MINIMAL + 'languages = ["klingonish"]', "not “klingonish”.*BCP 47"),
        (MINIMAL + 'languages = ["en", "EN"]', "“en” stands once"),
        (MINIMAL + 'licence = "CC BY"', "“licence” must be an absolute IRI, not “CC BY”"),
        (MINIMAL + '[prefixes]\n"a b" = "http://x/"', "“prefixes”.*“a b”"),
        (MINIMAL + '[prefixes]\ne = "no iri"', "“prefixes”.*“no iri”"),
        (MINIMAL + "[prefixes]\ne = 5", "^publication.toml:2: “prefixes”.*“5”"),
        (MINIMAL + 'paths = ["../.."]', r"within the publication, which \.\./\.\. is not"),
        (MINIMAL + '[inference]\nprofile = "full"', "profile"),
        (MINIMAL + '[validation]\nviolations = "ignore"', 'violations = "refuse" or "report"'),
        (MINIMAL + '[reconciliation]\naside = ["nope:Thing"]', "“nope:” of “nope:Thing” is no prefix"),
        (MINIMAL + "[reconciliation]\nlimit = 3", "with “aside”, not limit"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PublicationError, match=told):
        parse(tmp_path, text, {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MINIMAL + "[server]\ncolour = 1", r"\[server\] has no setting “colour”"),
        (MINIMAL + '[server]\nport = "x"', "must be of type int"),
        (MINIMAL + "[server]\nport = 70000", "between 0 and 65535"),
        (MINIMAL + '[server]\nlog_level = "loud"', "one of debug, info"),
        (MINIMAL + "[limits]\nport = 1", r"\[limits\] has no setting “port”"),
        (MINIMAL + "[limits]\nquery_seconds = true", "must be of type float"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingError, match=told):
        parse(tmp_path, text, {})


def test_the_command_line_beats_the_environment_beats_the_file(tmp_path: Path) -> None:
    text = MINIMAL + "[server]\nport = 1\nworkers = 3\nkeep = 7"
    settings = parse(tmp_path, text, {"PARLEY_PORT": "2", "PARLEY_WORKERS": "4"}, port=5).settings
    assert (settings.port, settings.workers, settings.keep) == (5, 4, 7)


def test_a_bad_environment_value_names_its_variable(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="PARLEY_PORT"):
        parse(tmp_path, MINIMAL, {"PARLEY_PORT": "high"})


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("data/claims/a/b.trig", Role.PASSAGE),
        ("data/x.ttl", Role.DATA),
        ("data/themes.ttl", Role.THEMES),
        ("ontology/modules/time.ttl", Role.ONTOLOGY),
        ("shapes/Tree.ttl", Role.SHAPES),
        ("shapes/examples/Tree/valid-1.ttl", Role.IGNORED),
        ("anything.nt", Role.DATA),
    ],
)
def test_the_layout_gives_each_file_its_role(tmp_path: Path, path: str, role: Role) -> None:
    assert parse(tmp_path, MINIMAL, {}).role(path) is role


def test_own_patterns_come_first(tmp_path: Path) -> None:
    publication = parse(tmp_path, MINIMAL + '[graphs]\n"data/x.ttl" = "outside"', {})
    assert publication.role("data/x.ttl") is Role.OUTSIDE


def test_a_file_has_a_graph_under_the_base(tmp_path: Path) -> None:
    publication = parse(tmp_path, MINIMAL, {})
    assert publication.graph("data/a b/x.ttl.gz") == "https://data.example/graph/data/a-b/x"
    assert publication.graph("x.ttl") == "https://data.example/graph/x"


def test_classes_set_aside_are_named_by_iri_or_prefix(tmp_path: Path) -> None:
    names = '["ex:Page", "skos:Concept", "https://other.example/Thing"]'
    text = f'{MINIMAL}[prefixes]\nex = "https://ex.example/"\n[reconciliation]\naside = {names}'
    aside = ("https://ex.example/Page", "http://www.w3.org/2004/02/skos/core#Concept", "https://other.example/Thing")
    assert parse(tmp_path, text, {}).aside == aside


def test_the_nearest_publication_upward_is_found(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(MINIMAL)
    inner = tmp_path / "data" / "deep"
    inner.mkdir(parents=True)
    assert locate(None, {}, start=inner) == tmp_path.resolve()


def test_a_folder_given_beats_the_environment(tmp_path: Path) -> None:
    assert locate(tmp_path, {"PARLEY_PUBLICATION": "/nonexistent"}) == tmp_path.resolve()
    with pytest.raises(PublicationError, match="not a folder"):
        locate(None, {"PARLEY_PUBLICATION": str(tmp_path / "missing")})


def test_a_missing_file_says_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match="parley new"):
        load(tmp_path, {})


def test_folders_to_read_must_be_there(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(MINIMAL + 'paths = ["here", "nowhere"]')
    (tmp_path / "here").mkdir()
    with pytest.raises(PublicationError, match="nowhere"):
        load(tmp_path, {})
    (tmp_path / "nowhere").mkdir()
    assert load(tmp_path, {}).paths == ("here", "nowhere")
