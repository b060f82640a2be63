"""Every error that Parley raises on purpose, and the HTTP status and exit status each one maps to.

Our exception hierarchy::

    ParleyError
    ├── Misuse                  exit 2: the command or the configuration is wrong
    │   ├── PublicationError    publication.toml, or the folder itself
    │   └── SettingError        a setting out of range, an unknown setting
    ├── Finding                 exit 1: the input or the state has a fault
    │   ├── SourceError         a file that can't be read as RDF (file, line)
    │   ├── ValidationFailed    the shapes are violated
    │   ├── Inconsistent        the ontology contradicts itself or the data
    │   ├── TooLarge            a limit of the build is passed
    │   └── ReleaseError        a release that is broken, locked or can't be written
    ├── RequestError            a request that can't be served
    │   ├── BadRequest          400
    │   ├── Forbidden           403
    │   ├── NotFound            404
    │   ├── MethodNotAllowed    405
    │   ├── NotAcceptable       406
    │   ├── Gone                410
    │   ├── ContentTooLarge     413
    │   ├── UriTooLong          414
    │   ├── UnsupportedMediaType 415
    │   ├── FieldsTooLarge      431
    │   └── MethodUnknown       501
    └── EngineError             a query that did not end well
        ├── QueryFault          400: the text is at fault (line, column)
        │   ├── QuerySyntaxError  not SPARQL
        │   └── QueryRefused    the guard or a policy says no
        ├── QueryTimeout        503: the deadline passed
        ├── QueryTooLarge       503: the memory limit was reached
        ├── ResultTooLarge      503: the result passed its limit
        ├── ServiceFailed       502: another endpoint failed
        ├── EngineBusy          503: no executor was free in time
        └── EngineLost          503: the executor died of something else

Each says what happened (`message`) and what to do about it (`cure`); where a setting's limit was passed, also which
(`limit`: its name and value).
"""

from __future__ import annotations

from parley.errors.base import (
    Finding,
    Inconsistent,
    Misuse,
    ParleyError,
    PublicationError,
    ReleaseError,
    SettingError,
    SourceError,
    TooLarge,
    ValidationFailed,
)
from parley.errors.queries import (
    EngineBusy,
    EngineError,
    EngineLost,
    QueryFault,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    ResultTooLarge,
    ServiceFailed,
)
from parley.errors.requests import (
    BadRequest,
    ContentTooLarge,
    FieldsTooLarge,
    Forbidden,
    Gone,
    MethodNotAllowed,
    MethodUnknown,
    NotAcceptable,
    NotFound,
    RequestError,
    UnsupportedMediaType,
    UriTooLong,
)

__all__ = [
    "BadRequest",
    "ContentTooLarge",
    "EngineBusy",
    "EngineError",
    "EngineLost",
    "FieldsTooLarge",
    "Finding",
    "Forbidden",
    "Gone",
    "Inconsistent",
    "MethodNotAllowed",
    "MethodUnknown",
    "Misuse",
    "NotAcceptable",
    "NotFound",
    "ParleyError",
    "PublicationError",
    "QueryFault",
    "QueryRefused",
    "QuerySyntaxError",
    "QueryTimeout",
    "QueryTooLarge",
    "ReleaseError",
    "RequestError",
    "ResultTooLarge",
    "ServiceFailed",
    "SettingError",
    "SourceError",
    "TooLarge",
    "UnsupportedMediaType",
    "UriTooLong",
    "ValidationFailed",
]
