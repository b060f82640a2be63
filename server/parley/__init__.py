"""Parley publishes a folder of RDF as linked open data."""

from functools import cache

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    """The version, when it is wanted: what looks it up takes 3 MB, and the processes behind a server need none."""
    if name == "__version__":
        return _version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("parley-lod")
    except PackageNotFoundError:  # running from a source tree that was never installed
        return "0+unknown"
