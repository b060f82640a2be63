"""The list of extension functions is that of the engine."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from parley.engine.functions import EXTENSION_FUNCTIONS, GEOF

NONE = [f"{GEOF}nope", "http://www.w3.org/2001/XMLSchema#anyURI", "urn:f"]


def is_known(iri: str) -> bool:
    """Whether the engine has the function, whatever its arguments are."""
    for arguments in ("1", "1, 1", "1, 1, 1"):
        try:
            ox.Store().query(f"SELECT (<{iri}>({arguments}) AS ?x) {{}}")
        except RuntimeError as error:
            assert "not supported" in str(error)
        except SyntaxError:
            continue  # a cast with the wrong number of arguments
        else:
            return True
    return False


@pytest.mark.parametrize("iri", EXTENSION_FUNCTIONS)
def test_each_of_them_can_be_called(iri: str) -> None:
    assert is_known(iri)


def test_others_can_not() -> None:
    assert len(set(EXTENSION_FUNCTIONS)) == len(EXTENSION_FUNCTIONS) >= 50
    assert not any(map(is_known, NONE))


def test_none_of_geosparql_is_left_out() -> None:
    """Those that the engine may have one day: if this fails, the list has grown."""
    missing = ["aggBoundingBox", "asGML", "asKML", "asWKT", "boundary", "boundingCircle", "buffer", "geometryN",
               "geometryType", "is3D", "isMeasured", "maxX", "metricArea", "metricBuffer", "numGeometries",
               "transform"]  # fmt: skip
    assert not any(is_known(GEOF + name) for name in missing)
