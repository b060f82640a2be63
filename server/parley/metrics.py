"""The process that answers Prometheus, on an address of its own: `python -m parley.metrics`.

Workers write their counts to files in a common directory (prometheus-client's multi-process mode), so that the sum is
right whatever worker is asked, and a worker's counts outlive it.
"""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from parley.engine.sandbox import die_with_parent
from parley.engine.status import read_status


class SiteCollector(Collector):
    """What is asked when somebody looks: the release served and the engine's own counts."""

    def __init__(self, serving: Path) -> None:
        self._serving = serving

    def collect(self) -> Iterator[Metric]:
        """The metrics, freshly read."""
        try:
            release = Path(json.loads(self._serving.read_bytes())["release"])
            engine = Path(json.loads(self._serving.read_bytes())["engine"])
            published = (release / "manifest.json").stat().st_mtime
        except (OSError, ValueError, KeyError):
            return
        yield InfoMetricFamily("parley_release", "The release served.", {"id": release.name})
        yield GaugeMetricFamily("parley_release_published_seconds", "When it was made (Unix time).", published)
        status = read_status(engine)
        yield GaugeMetricFamily("parley_engine_up", "Whether the query engine answers.", float(status is not None))
        yield from _engine(status or {})


def _engine(status: dict[str, Any]) -> Iterator[Metric]:
    for name, text in (("executors", "Executors ready."), ("busy", "Executors at work."), ("slow", "Slow queries.")):
        if name in status:
            yield GaugeMetricFamily(f"parley_engine_{name}", text, status[name])
    if "served" in status:
        yield CounterMetricFamily("parley_engine_served", "Queries executed.", status["served"])
    ended = CounterMetricFamily("parley_engine_ended", "Executors ended, by why.", labels=["why"])
    for why, count in status.get("ended", {}).items():
        ended.add_metric([why], count)
    yield ended


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing: it is asked every few seconds."""


def main() -> None:
    """Answer until ended."""
    parser = argparse.ArgumentParser(prog="python -m parley.metrics", description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--serving", type=Path, required=True, help="serving.json")
    parser.add_argument("--counts", required=True, help="the directory of the workers' counts")
    parser.add_argument("--parent", type=int, required=True, help="process id of the supervisor")
    arguments = parser.parse_args()
    die_with_parent(arguments.parent, signal.SIGKILL)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=arguments.counts)  # type: ignore[no-untyped-call]  # has no annotations
    registry.register(SiteCollector(arguments.serving))
    app = make_wsgi_app(registry)
    with make_server(arguments.host, arguments.port, app, handler_class=_Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
