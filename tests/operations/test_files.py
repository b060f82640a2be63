"""The sample files under docs/operations: what of them this machine can try."""

from __future__ import annotations

import re
import subprocess

import pytest
from proxy import FOLDER, program

from parley.settings import Settings


@pytest.mark.slow
def test_systemd_takes_the_unit_and_finds_it_tight() -> None:
    systemd = program("systemd-analyze", "systemd")
    unit = str(FOLDER / "parley.service")
    done = subprocess.run([systemd, "verify", unit], capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "is not executable" not in line]
    assert not said
    command = [systemd, "security", "--offline=true", "--threshold=30", unit]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-500:]


def test_the_files_agree_with_the_settings() -> None:
    settings = Settings()
    unit = (FOLDER / "parley.service").read_text()
    stop = int(re.search(r"TimeoutStopSec=(\d+)", unit)[1])  # type: ignore[index]
    assert stop > settings.drain_notice + settings.drain_seconds
    proxy = (FOLDER / "nginx.conf").read_text()
    assert int(re.search(r"proxy_read_timeout (\d+)s", proxy)[1]) > settings.query_seconds  # type: ignore[index]
    assert int(re.search(r"client_max_body_size (\d+)m", proxy)[1]) * 2**20 > settings.request_body  # type: ignore[index]
    known = {f"PARLEY_{name.upper()}" for _table, name, *_ in Settings.table()}
    for name in ("Dockerfile", "parley.service"):
        named = set(re.findall(r"PARLEY_[A-Z_]+", (FOLDER / name).read_text()))
        assert named
        assert named <= known
    pages = set(re.findall(r"`(\w+)`", (FOLDER / "README.md").read_text()))
    assert {"public_url", "metrics", "drain_notice", "drain_seconds", "disk_floor"} <= pages
