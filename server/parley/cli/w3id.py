"""`parley w3id`: the redirect file to submit for a base IRI at w3id.org."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from parley.cli.common import folder_argument, open_publication
from parley.errors import Misuse


@click.command()
@folder_argument
@click.option("--to", "target", help="Where the site is (setting public_url).")
def w3id(folder: Path | None, target: str | None) -> None:
    """Print the .htaccess that sends the publication's IRIs to where the site is.

    Save it as the last segment of the base's folder in the repository of w3id.org.
    """
    publication = open_publication(folder)
    address = (target or publication.settings.public_url).rstrip("/")
    if not address.startswith(("http://", "https://")) or any(c.isspace() for c in address):
        raise Misuse("The address of the site is not known.", cure="Give it with --to, or set public_url.")
    click.echo(redirects(publication.base, address), nl=False)


def redirects(base: str, address: str) -> str:
    """The file's content; raises Misuse if `base` has no path of its own.

    What was percent-encoded stays so (NE, B), a query goes along, and the site itself negotiates.
    """
    path = urlsplit(base).path.strip("/")
    if not path:
        raise Misuse(f"The base {base} has no path of its own.", cure="w3id.org redirects folders, such as /garden/.")
    return f"""# {base} is served at {address}/
# Content negotiation is left to the site: one redirect (302) for every format.
Options -MultiViews
RewriteEngine on
RewriteRule ^$ {address}/ [R=302,L]
RewriteCond %{{THE_REQUEST}} \\s/{path}/([^\\s?]*)
RewriteRule ^ {address}/%1 [R=302,L,NE]
"""
