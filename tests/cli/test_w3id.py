"""The redirect file for w3id.org."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from parley.cli.main import main
from parley.cli.w3id import redirects
from parley.errors import Misuse


def test_the_file_sends_everything_on_as_it_was_written(repository: object) -> None:
    found = CliRunner().invoke(main, ["w3id", str(repository), "--to", "https://data.example/"])
    assert found.exit_code == 0
    assert "RewriteRule ^$ https://data.example/ [R=302,L]" in found.output
    assert "https://data.example/%1 [R=302,L,NE]" in found.output
    condition = re.search(r"RewriteCond %\{THE_REQUEST\} (\S+)", found.output)
    assert condition
    match = re.search(condition[1], "GET /nato-osce/doc/%C3%A9%2Fx?y=1 HTTP/1.1")
    assert match
    assert match[1] == "doc/%C3%A9%2Fx"


def test_without_an_address_it_asks_for_one(repository: object) -> None:
    found = CliRunner().invoke(main, ["w3id", str(repository)])
    assert found.exit_code == 2
    assert "--to" in found.output


def test_a_base_without_a_path_has_no_redirects() -> None:
    with pytest.raises(Misuse):
        redirects("http://odd.example/", "https://data.example")
