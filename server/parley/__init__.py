"""Parley publishes a folder of RDF as linked open data."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("parley-lod")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
