"""Validation of data that a client sends, in a process of its own: started here, ended here, never trusted.

The process is `parley.pipeline.validation.checking`, which puts walls up around itself before it looks at the data.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parley.engine.protocol import Head
from parley.errors import BadRequest, ContentTooLarge, EngineBusy
from parley.formats import RESULTS_JSON
from parley.settings import Settings

#: Status with which the process ends if the data can't be validated; it then writes why.
FAULT: Final = 3
_CHUNK = 64 * 1024
_SMALLER = "Send less at once, or check it at home: `parley check`."


class InvalidData(BadRequest):
    """What was sent can't be read as RDF; `line` counts from 1, or is None where the parser does not tell."""

    kind = "invalid-data"

    def __init__(self, message: str, *, line: int | None = None, cure: str = "") -> None:
        super().__init__(message, cure=cure)
        self.line = line


class UnsupportedData(InvalidData):
    """What was sent asks for what is not done here, rules of its own for instance; it would otherwise be ignored."""

    http_status = 422
    kind = "unsupported-data"


@dataclass(frozen=True, slots=True)
class Upload:
    """Data as they were sent: `name` tells the syntax by its ending, and the compression, as a file's would."""

    data: bytes
    name: str


class Report:
    """An `Answer` that is a report: its bytes as the process wrote them."""

    head = Head("boolean", RESULTS_JSON)

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The whole report, in chunks."""
        for start in range(0, len(self._data), _CHUNK):
            yield self._data[start : start + _CHUNK]

    def abort(self) -> None:
        """Nothing: the process has ended."""


class Checker:
    """Validates against the shapes of one release, `settings.validations` at once; belongs to one event loop."""

    def __init__(self, release: Path, settings: Settings) -> None:
        self._release = release
        self._settings = settings
        self._turns = asyncio.Semaphore(settings.validations)

    @asynccontextmanager
    async def check(self, upload: Upload, form: str) -> AsyncIterator[Report]:
        """Validate; the report is in the RDF format called `form`, else in JSON.

        Raises EngineBusy when no place is free in time, InvalidData, UnsupportedData, ContentTooLarge where a limit
        ended the process.
        Leaving the block, or being cancelled in it, ends the process.
        """
        try:
            async with asyncio.timeout(self._settings.queue_seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise EngineBusy(
                f"As many validations as the limit (validations) of {self._settings.validations} are running.",
                cure="Try again soon.",
            ) from None
        try:
            yield Report(await self._run(upload, form))
        finally:
            self._turns.release()

    async def _run(self, upload: Upload, form: str) -> bytes:
        settings = self._settings
        task = {
            "release": str(self._release), "name": upload.name, "format": form, "parent": os.getpid(),
            "memory": settings.validation_memory, "bytes": settings.validation_bytes,
            "seconds": settings.validation_seconds,
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "parley.pipeline.validation.checking", json.dumps(task),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},
        )  # fmt: skip
        try:
            async with asyncio.timeout(settings.validation_seconds):
                said = await self._exchange(process, upload.data)
                status = await process.wait()
        except TimeoutError:
            raise ContentTooLarge(
                f"The validation takes longer than the limit (validation_seconds) of {settings.validation_seconds:g} "
                "seconds.", cure=_SMALLER,
            ) from None  # fmt: skip
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if status == FAULT:
            fault = json.loads(said)
            raise (UnsupportedData if fault.pop("unsupported") else InvalidData)(**fault)
        if status != 0:
            raise ContentTooLarge(
                "The validation did not come to an end within its limits: it may use "
                f"{settings.validation_memory:,} bytes of memory (validation_memory).", cure=_SMALLER,
            )  # fmt: skip
        return said

    async def _exchange(self, process: asyncio.subprocess.Process, data: bytes) -> bytes:
        """Send the data and read the report, at most as much of it as may be."""
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(ConnectionError):  # its status says why it did not read all
            process.stdin.write(data)
            await process.stdin.drain()
            process.stdin.close()
        said, limit = bytearray(), self._settings.validation_report
        while chunk := await process.stdout.read(_CHUNK):
            said += chunk
            if len(said) > limit:
                raise ContentTooLarge(
                    f"The report is larger than the limit (validation_report) of {limit:,} bytes.", cure=_SMALLER
                )
        return bytes(said)
