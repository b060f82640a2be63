"""IRIs ↔ URLs: the round trip, odd IRIs, hash documents, other bases."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parley.errors import BadRequest
from parley.urls import Urls

BASE = "https://data.example/garden/"
URLS = Urls(BASE, ("en", "fr"), has_fragments=lambda iri: iri == BASE + "terms")

ODD = [
    "plain", "a/b", "é", "e\u0301", "😀", "a%20b", "a%2Fb", "it's", "f(x)", "50%25", "a?x=1", "a;b,c", "~tilde",
    "x.ttl",
    "%C3%A9", "%", "100%", "a:b@c", "",
]  # fmt: skip


@pytest.mark.parametrize("path", ODD)
def test_a_thing_is_among_what_its_url_can_mean(path: str) -> None:
    iri = BASE + path
    assert iri in URLS.candidates(URLS.thing(iri).removeprefix("/"))


@pytest.mark.parametrize("path", ODD)
def test_a_thing_is_among_what_its_document_can_mean(path: str) -> None:
    url = URLS.document(BASE + path)
    assert url.startswith("/doc/")
    assert "?" not in url
    assert BASE + path in URLS.candidates(url.removeprefix("/doc/"))


_SEGMENT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Co", "Cn"), exclude_characters='<>"{}|^`\\#[]'),
    min_size=1,
)


@pytest.mark.parametrize("path", ["é%cc%81", "é%C3%A9", "é%E9", "%7Eé", "é?%c3%a9"])
def test_escapes_beside_other_characters_are_described_by_query(path: str) -> None:
    assert URLS.relative(BASE + path) is None
    assert URLS.thing(BASE + path).startswith("/describe?iri=")


@pytest.mark.parametrize("path", ["é%2Fb", "é%3Fb", "50%25é"])
def test_escapes_that_mean_something_may_stand_beside_them(path: str) -> None:
    assert BASE + path in URLS.candidates(URLS.document(BASE + path).removeprefix("/doc/"))


@given(st.lists(st.sampled_from(["é", "e\u0301", "%C3%A9", "%c3", "%2F", "%7e", "?", "a", "/"]), max_size=6))
def test_escapes_of_any_kind_survive_it_or_have_no_path(parts: list[str]) -> None:
    iri = BASE + "x" + "".join(parts)
    url = URLS.document(iri)
    if url.startswith("/doc/"):
        path = url.removeprefix("/doc/")
        try:
            assert iri in URLS.candidates(path)
        except BadRequest:
            assert iri == URLS.literal(path)
    else:
        assert URLS.relative(iri) is None


@given(_SEGMENT)
def test_any_path_survives_the_round_trip(path: str) -> None:
    iri = BASE + path
    assume(URLS.relative(iri) is not None)  # what clients would normalise has no path
    url = URLS.document(iri)
    assert url.isascii()
    assert iri in URLS.candidates(url.removeprefix("/doc/"))


def test_raw_and_encoded_forms_of_one_character_mean_the_same() -> None:
    assert URLS.candidates("%C3%A9")[0] == BASE + "é"
    assert URLS.candidates("%c3%a9")[0] == BASE + "é"
    assert URLS.candidates("%27")[0] == BASE + "'"


def test_an_encoded_slash_is_no_slash() -> None:
    assert BASE + "a/b" not in URLS.candidates("a%2Fb")


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(BadRequest, match="%E9"):
        URLS.candidates("caf%E9")


def test_escapes_that_are_no_utf8_mean_what_they_say_letter_by_letter() -> None:
    iri = BASE + "caf%E9"
    assert URLS.literal(URLS.document(iri).removeprefix("/doc/")) == iri


@pytest.mark.parametrize("path", ["./a", "a/../b", "a/.", "..", "%2e%2E/a", "a?x=/../b", "a/..?b", "/a", "//a"])
def test_what_clients_would_normalise_is_described_by_query(path: str) -> None:
    assert URLS.relative(BASE + path) is None
    assert URLS.thing(BASE + path).startswith("/describe?iri=")


@pytest.mark.parametrize("path", ["...", ".a/b..", "a//b", "a/", "a.b/c", "%2E%2E%2E", "a?.b"])
def test_other_dots_and_slashes_stay_in_the_path(path: str) -> None:
    assert URLS.document(BASE + path).startswith("/doc/")


def test_a_hash_iri_lives_in_its_document() -> None:
    assert URLS.thing(BASE + "terms#Tree") == "/terms#Tree"
    assert URLS.document(BASE + "terms#Tree") == "/terms#Tree"
    assert URLS.document(BASE + "terms#Tree", extension="ttl") == "/doc/terms.ttl#Tree"
    assert URLS.document(BASE + "terms#Tree", language="fr") == "/fr/doc/terms#Tree"


def test_a_hash_namespace_as_base() -> None:
    urls = Urls("https://data.example/terms#", ("en",))
    assert urls.relative("https://data.example/terms#Tree") == ""
    assert urls.relative("https://data.example/termsX#Tree") is None
    assert urls.document("https://data.example/terms#Tree") == "/doc/#Tree"


def test_an_iri_under_another_base_is_described_by_query() -> None:
    assert URLS.thing("http://other.example/é?x=1") == "/describe?iri=http%3A%2F%2Fother.example%2F%C3%A9%3Fx%3D1"


@pytest.mark.parametrize("path", ["doc/x", "sparql", "fr/x", "downloads?x"])
def test_a_reserved_word_is_not_dereferenced_at_its_own_path(path: str) -> None:
    assert not URLS.dereferences(BASE + path)
    assert URLS.thing(BASE + path).startswith("/doc/")


def test_the_mount_prefix_leads_every_url() -> None:
    urls = Urls(BASE, ("en",), prefix="/data")
    assert urls.thing(BASE + "x") == "/data/x"
    assert urls.document(BASE + "x", language="en") == "/data/en/doc/x"
    assert urls.home() == "/data/"
