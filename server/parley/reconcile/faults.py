"""What a batch can fail of besides being wrong: time, and company."""

from __future__ import annotations

from parley.errors import RequestError


class BatchTimeout(RequestError):
    """The batch took longer than it may."""

    http_status = 503
    kind = "batch-timeout"


class ServiceBusy(RequestError):
    """As many batches as may be are being answered; try again after `retry_after` seconds."""

    http_status = 503
    kind = "service-busy"
    retry_after = 1
