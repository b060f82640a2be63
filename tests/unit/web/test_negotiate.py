"""Content negotiation as a table of named cases: the names are the specification."""

from __future__ import annotations

import time

import pytest

from parley.errors import NotAcceptable
from parley.formats import (
    DOCUMENT_FORMATS,
    HTML,
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULT_FORMATS,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TRIG,
    TURTLE,
    Format,
)
from parley.web.http.negotiate import MediaRange, choose, choose_format, choose_language, parse_accept

#: Accept as recorded from clients; for a document about a thing, and for SELECT results.
RECORDED: dict[str, tuple[str, Format, Format | None]] = {
    "chrome": (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
        "application/signed-exchange;v=b3;q=0.7",
        HTML,
        RESULTS_XML,
    ),
    "firefox": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML, RESULTS_XML),
    "safari": ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML, RESULTS_XML),
    "curl": ("*/*", HTML, RESULTS_JSON),
    "wget": ("*/*", HTML, RESULTS_JSON),
    "rdflib-n3": ("text/n3, */*;q=0.1", TURTLE, RESULTS_JSON),
    "rdflib-parse-anything": (
        "text/turtle, application/rdf+xml, application/n-triples, text/n3;q=0.8, text/rdf+n3;q=0.8, "
        "application/trig;q=0.7, application/ld+json;q=0.6, application/json;q=0.5, */*;q=0.1",
        TURTLE,
        RESULTS_JSON,
    ),
    "rdflib-parse-turtle": ("text/turtle, application/x-turtle, application/turtle;q=0.8, */*;q=0.1", TURTLE, None),
    "rdflib-parse-xml": ("application/rdf+xml, */*;q=0.1", RDF_XML, None),
    "rdflib-parse-json-ld": ("application/ld+json, application/json;q=0.9, */*;q=0.1", JSON_LD, RESULTS_JSON),
    "sparqlwrapper-json": (
        "application/sparql-results+json,application/json,text/javascript,application/javascript",
        JSON_LD,
        RESULTS_JSON,
    ),
    "jena-riot": (
        "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3",
        TURTLE,
        None,
    ),
    "jena-select": (
        "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7, "
        "text/csv;q=0.5, application/json;q=0.2, application/xml;q=0.2, */*;q=0.1",
        JSON_LD,
        RESULTS_JSON,
    ),
    "rdf4j-model": (
        "application/rdf+xml;q=0.8, application/n-triples, text/plain;q=0.8, text/turtle, application/x-turtle, "
        "text/n3;q=0.8, application/trig;q=0.9, application/n-quads, application/ld+json;q=0.9",
        TURTLE,
        None,
    ),
    "rdf4j-tuples": (
        "application/x-binary-rdf-results-table;q=0.8, application/sparql-results+json, application/json;q=0.8, "
        "application/sparql-results+xml;q=0.8, application/xml;q=0.8, text/csv;q=0.8",
        JSON_LD,
        RESULTS_JSON,
    ),
    "protege-owlapi": (
        "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09",
        RDF_XML,
        None,
    ),
    "protege-owlapi-short": ("application/rdf+xml, application/xml;q=.5, */*;q=.2", RDF_XML, None),
    "comunica-dereference": (
        "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
        "text/turtle;q=0.6,application/rdf+xml;q=0.5,text/n3;q=0.35,application/json;q=0.45,"
        "image/svg+xml;q=0.3,text/html;q=0.2,application/xhtml+xml;q=0.18",
        N_QUADS,
        None,
    ),
    "comunica-sparql": (
        "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7,text/turtle",
        TURTLE,
        RESULTS_JSON,
    ),
    "rapper-raptor": (
        "application/rdf+xml, text/rdf;q=0.6, application/x-turtle, text/turtle, application/turtle, text/n3;q=0.3, "
        "text/plain;q=0.1, text/html;q=0.2, application/xhtml+xml;q=0.4",
        TURTLE,
        None,
    ),
    "openrefine": ("application/rdf+xml, text/turtle;q=0.9, */*;q=0.1", RDF_XML, None),
    "openrefine-java-http": ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", HTML, None),
    "axios": ("application/json, text/plain, */*", JSON_LD, RESULTS_JSON),
    "googlebot": ("text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8",
                  HTML, RESULTS_XML),
}  # fmt: skip


@pytest.mark.parametrize(("accept", "expected"), [pytest.param(a, d, id=n) for n, (a, d, _) in RECORDED.items()])
def test_recorded_client_gets_a_document_it_understands(accept: str, expected: Format) -> None:
    assert choose(accept, DOCUMENT_FORMATS) is expected


@pytest.mark.parametrize(
    ("accept", "expected"), [pytest.param(a, r, id=n) for n, (a, _, r) in RECORDED.items() if r is not None]
)
def test_recorded_client_gets_results_it_understands(accept: str, expected: Format) -> None:
    assert choose(accept, RESULT_FORMATS) is expected


CASES: dict[str, tuple[str | None, Format | None]] = {
    # nothing said: the default
    "absent": (None, HTML),
    "empty": ("", HTML),
    "blank": ("  ", HTML),
    "only_commas": (",, ,", HTML),
    "malformed": ("nonsense", HTML),
    "weight_above_one_is_malformed": ("text/turtle;q=2", HTML),
    "weight_negative_is_malformed": ("text/turtle;q=-1", HTML),
    "weight_with_four_digits_is_malformed": ("text/turtle;q=0.1234", HTML),
    "weight_not_a_number_is_malformed": ("text/turtle;q=high", HTML),
    "malformed_member_is_ignored": ("text/turtle;q=2, application/ld+json", JSON_LD),
    "type_without_subtype_is_ignored": ("text, text/turtle;q=0.5", TURTLE),
    "star_alone_is_ignored": ("*, text/turtle", TURTLE),
    "header_injection_is_malformed": ("text/turtle\r\nX: y", HTML),
    # weights
    "heaviest_wins": ("text/html;q=.2,text/turtle;q=.9", TURTLE),
    "order_of_members_means_nothing": ("text/turtle;q=.9,text/html;q=.2", TURTLE),
    "weight_one_is_the_default_weight": ("text/html;q=0.999, text/turtle", TURTLE),
    "weight_in_capital_q": ("text/html;Q=0.1, text/turtle;Q=0.2", TURTLE),
    "weight_with_spaces_around": ("text/html ; q=0.1 , text/turtle ; q=0.2", TURTLE),
    "weight_of_one_dot": ("text/turtle;q=1., text/html;q=0.", TURTLE),
    "equal_weights_go_by_the_servers_order": ("application/n-triples, text/turtle", TURTLE),
    # exclusion
    "zero_is_not_acceptable": ("text/turtle;q=0", None),
    "all_zero": ("*/*;q=0", None),
    "specific_exclusion": ("text/*;q=.3,text/turtle;q=0", HTML),
    "specific_exclusion_beats_wildcard": ("text/html;q=0, */*", TURTLE),
    "wildcard_exclusion": ("text/*;q=0, */*", JSON_LD),
    "wildcard_exclusion_with_exception": ("text/*;q=0, text/turtle;q=0.1", TURTLE),
    # specificity
    "full_wildcard_is_the_default": ("*/*", HTML),
    "type_wildcard": ("application/*", JSON_LD),
    "type_wildcard_of_text_is_html": ("text/*", HTML),
    "specific_range_beats_wildcard_of_same_weight": ("*/*, text/turtle", TURTLE),
    "specific_range_beats_type_wildcard": ("text/*, text/turtle", TURTLE),
    "wildcard_with_more_weight_wins": ("text/turtle;q=0.5, */*;q=0.8", HTML),
    "most_specific_range_lends_its_weight": ("text/*;q=0.9, text/turtle;q=0.1, application/trig;q=0.5, text/html;q=0",
                                             TRIG),
    "unmatched_heavier_range_lends_nothing": ("text/csv, text/turtle;q=0.1", TURTLE),
    "subtype_wildcard_with_type_star_matches_nothing": ("*/turtle", None),
    # case, parameters
    "upper_case": ("TEXT/TURTLE", TURTLE),
    "charset_utf_8": ("text/turtle;charset=utf-8", TURTLE),
    "charset_utf_8_quoted_in_capitals": ('text/turtle;charset="UTF-8"', TURTLE),
    "charset_that_we_do_not_have": ("text/turtle;charset=iso-8859-1", None),
    "charset_that_we_do_not_have_with_alternative": ("text/turtle;charset=utf-16, application/n-triples;q=.1",
                                                     N_TRIPLES),
    "profile": ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', JSON_LD),
    "profile_with_comma_and_quote_inside": (r'application/ld+json;profile="a,b\"c,d", text/html;q=.1', JSON_LD),
    "version_1_2": ("text/turtle;version=1.2", TURTLE),
    "unknown_parameter_matches": ("text/turtle;level=1", TURTLE),
    "unknown_parameter_counts_less": ("text/turtle;level=1;q=0, text/turtle", TURTLE),
    "parameter_after_weight_is_ignored": ("text/turtle;q=0.5;level=1, text/html;q=0.4", TURTLE),
    "empty_parameter": ("text/turtle;;q=0.5, text/html;q=0.4", TURTLE),
    "quote_never_closed_is_malformed": ('application/ld+json;profile="a, text/turtle', HTML),
    # aliases
    "alias_json": ("application/json", JSON_LD),
    "alias_xhtml": ("application/xhtml+xml", HTML),
    "alias_plain_text": ("text/plain", N_TRIPLES),
    "alias_xml": ("application/xml", RDF_XML),
    "alias_excluded_excludes_nothing": ("application/json;q=0, application/ld+json", JSON_LD),
    "own_type_excluded_beats_alias": ("application/ld+json;q=0, application/json", None),
    "alias_is_not_matched_by_wildcard": ("text/*;q=0.5, text/html;q=0, text/turtle;q=0", None),
    # nothing suits
    "image": ("image/png", None),
    "pdf_and_image": ("application/pdf, image/*", None),
}  # fmt: skip


@pytest.mark.parametrize(("accept", "expected"), [pytest.param(*case, id=name) for name, case in CASES.items()])
def test_document(accept: str | None, expected: Format | None) -> None:
    assert choose(accept, DOCUMENT_FORMATS) is expected


def test_the_tables_have_not_shrunk() -> None:
    assert len(CASES) >= 55
    assert len(RECORDED) >= 20


def test_406_lists_what_there_is() -> None:
    with pytest.raises(NotAcceptable) as caught:
        choose_format("image/png", None, DOCUMENT_FORMATS)
    assert caught.value.available == tuple(f.media_type for f in DOCUMENT_FORMATS)
    assert "text/turtle" in caught.value.cure


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [("ttl", TURTLE), ("TURTLE", TURTLE), ("application/trig", TRIG), ("json", JSON_LD), ("rdf", RDF_XML)],
)
def test_format_parameter_beats_accept(parameter: str, expected: Format) -> None:
    assert choose_format("text/html", parameter, DOCUMENT_FORMATS) is expected


@pytest.mark.parametrize("parameter", ["nonsense", "csv", "text/turtle;q=1", "\x00"])
def test_unknown_format_parameter_is_refused_even_if_accept_would_suit(parameter: str) -> None:
    with pytest.raises(NotAcceptable):
        choose_format("*/*", parameter, DOCUMENT_FORMATS)


def test_empty_format_parameter_is_none() -> None:
    assert choose_format("text/turtle", "", DOCUMENT_FORMATS) is TURTLE


@pytest.mark.parametrize(
    ("accept", "expected"),
    [("text/csv", RESULTS_CSV), ("text/*", RESULTS_CSV), ("text/tab-separated-values, text/csv;q=0.9", RESULTS_TSV),
     ("application/json", RESULTS_JSON), ("application/xml", RESULTS_XML), ("text/turtle", None)],
)  # fmt: skip
def test_results(accept: str, expected: Format | None) -> None:
    assert choose(accept, RESULT_FORMATS) is expected


def test_parsed_members() -> None:
    assert parse_accept('a/b;p="x;y";q=0.5, */*') == (
        MediaRange("a", "b", (("p", "x;y"),), 0.5),
        MediaRange("*", "*"),
    )


@pytest.mark.parametrize(
    "header",
    ['"' * 30_000, "a/b;" * 8_000, "," * 32_000, 'a/b;p="\\' * 4_000, " " * 32_000, "a/b;q=" + "0" * 30_000,
     "-" * 30_000, "a-" * 15_000],
)  # fmt: skip
def test_hostile_headers_take_no_time(header: str) -> None:
    start = time.process_time()
    choose(header, DOCUMENT_FORMATS)
    choose_language(header, ["en", "fr"])
    assert time.process_time() - start < 1


LANGUAGES: dict[str, tuple[str | None, str]] = {
    "absent_is_the_first": (None, "en"),
    "empty_is_the_first": ("", "en"),
    "exact": ("fr", "fr"),
    "case_does_not_matter": ("FR", "fr"),
    "region_is_cut_off": ("fr-CH", "fr"),
    "script_and_region_are_cut_off": ("fr-Latn-CH", "fr"),
    "single_letter_subtag_goes_with_what_it_introduces": ("fr-x-private", "fr"),
    "region_that_is_there": ("pt-BR", "pt-BR"),
    "range_shorter_than_the_tag_does_not_match": ("pt", "en"),
    "heaviest_first": ("en;q=0.5, fr;q=0.9", "fr"),
    "equal_weights_go_by_the_clients_order": ("fr, en", "fr"),
    "first_range_is_cut_before_the_second_is_tried": ("fr-CH, en", "fr"),
    "unknown_then_known": ("de-AT, de;q=0.9, fr;q=0.1", "fr"),
    "unknown_only": ("de", "en"),
    "star": ("*", "en"),
    "star_after_unknown": ("de, *;q=0.1", "en"),
    "zero_excludes": ("en;q=0", "fr"),
    "zero_excludes_from_star": ("*, en;q=0", "fr"),
    "all_excluded_is_the_first": ("en;q=0, fr;q=0, pt-BR;q=0", "en"),
    "malformed_is_ignored": ("!!, fr;q=x, fr;q=0.1", "fr"),
    "weight_above_one_is_ignored": ("fr;q=7", "en"),
    "chrome_french": ("fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", "fr"),
}


@pytest.mark.parametrize(("header", "expected"), [pytest.param(*case, id=name) for name, case in LANGUAGES.items()])
def test_language(header: str | None, expected: str) -> None:
    assert choose_language(header, ["en", "fr", "pt-BR"]) == expected
