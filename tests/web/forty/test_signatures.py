"""Check 39: a release is signed and verified offline, by us and by the plain tools; whatever is altered is noticed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parley.pipeline.build import build
from parley.publication import load
from parley.release.directory import StateDirectory

BASE = "https://data.example/"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "operations" / "README.md"
Done = subprocess.CompletedProcess[str]


def parley(*arguments: str | Path, **environment: str) -> Done:
    command = [sys.executable, "-m", "parley", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )


def make_key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication with an unsigned release, and two keys beside it."""
    if shutil.which("ssh-keygen") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("ssh-keygen is missing (Debian: apt-get install openssh-client)")
        pytest.skip("ssh-keygen is missing (Debian: apt-get install openssh-client)")
    folder = tmp_path_factory.mktemp("signed") / "publication"
    (folder / "data").mkdir(parents=True)
    (folder / "publication.toml").write_text(
        f'base = "{BASE}"\nlanguages = ["en"]\ntitle = "Signed"\n[inference]\nprofile = "none"\n'
    )
    (folder / "data" / "a.ttl").write_text(f'<{BASE}a> a <{BASE}T> ; <{BASE}p> "a"@en .')
    publication = load(folder, {})
    build(publication, StateDirectory.locate(publication, {}))
    for name in ("key", "other"):
        make_key(folder.parent / name)
    return folder


@pytest.fixture
def release(folder: Path, tmp_path: Path) -> Path:
    """A copy of the release, signed."""
    shutil.copytree(folder, tmp_path / "copy", symlinks=True)
    done = parley("sign", "--key", folder.parent / "key", "--publication", tmp_path / "copy")
    assert done.returncode == 0, done.stderr
    return (tmp_path / "copy" / ".parley" / "current").resolve()


def signers(folder: Path, name: str) -> Path:
    path = folder.parent / f"{name}.signers"
    path.write_text(f"{BASE} {(folder.parent / f'{name}.pub').read_text()}")
    return path


def test_39_two_builds_have_the_same_checksums(tiny: Any, tmp_path: Path) -> None:
    """Elsewhere, from another folder, later: byte by byte the same list of what can be downloaded."""
    publication, _state, built = tiny
    shutil.copytree(publication.root, tmp_path / "copy", ignore=shutil.ignore_patterns(".parley"))
    again = build(load(tmp_path / "copy", {}), StateDirectory(tmp_path / "state"))
    assert again.id == built.id and again.path != built.path
    one, two = ((release.path / "dumps" / "SHA256SUMS").read_bytes() for release in (built, again))
    assert one == two and one.count(b"\n") > 10
    for line in two.decode().splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((again.path / "dumps" / name).read_bytes()).hexdigest() == digest, name


def test_39_unsigned_is_wrong_only_where_a_signature_is_asked_for(folder: Path) -> None:
    plain = parley("verify-release", "--publication", folder)
    assert (plain.returncode, "this release is not signed" in plain.stdout) == (0, True), plain
    for option in (["--signed"], ["--signers", signers(folder, "key")]):
        assert parley("verify-release", *option, "--publication", folder).returncode == 1


def test_39_sound_and_signed(folder: Path, release: Path) -> None:
    for path in (release, release / "dumps", release / "dumps" / "all.ttl"):
        done = parley("verify-release", path, "--signers", signers(folder, "key"), "--json")
        told = json.loads(done.stdout)
        assert (done.returncode, told["sound"]) == (0, True), done
        assert told["checks"][-1]["detail"].startswith(f"by {BASE} with the ED25519 key SHA256:")
    untrusted = parley("verify-release", release)
    assert (untrusted.returncode, "Whose key that is was not checked" in untrusted.stdout) == (0, True)


def altered(path: Path) -> None:
    """Change a letter or digit near the middle of the file."""
    content = bytearray(path.read_bytes())
    place = next(n for n in range(len(content) // 2, len(content)) if chr(content[n]).isalnum())
    content[place] = ord("B" if content[place] == ord("A") else "A")
    path.write_bytes(content)


#: What is done to the release, what is looked at, what is said.
FORGERIES: list[tuple[str, str, str]] = [
    ("dumps/all.ttl", "", "all.ttl"),
    ("dumps/all.ttl", "dumps", "all.ttl has been altered"),
    ("dumps/all.ttl", "dumps/all.ttl", "all.ttl has been altered"),
    ("dumps/SHA256SUMS", "", "dumps/SHA256SUMS is not what follows from the manifest"),
    ("dumps/SHA256SUMS", "dumps", "SHA256SUMS.sig is no signature of SHA256SUMS"),
    ("dumps/SHA256SUMS.sig", "dumps", "SHA256SUMS.sig is no signature of SHA256SUMS"),
    ("dumps/manifest.json", "dumps", "manifest.json has been altered"),
]


@pytest.mark.parametrize(("file", "looked_at", "told"), FORGERIES)
def test_39_whatever_is_altered_is_noticed(release: Path, file: str, looked_at: str, told: str) -> None:
    altered(release / file)
    done = parley("verify-release", release / looked_at)
    assert (done.returncode, told in done.stdout) == (1, True), done.stdout + done.stderr


def test_39_another_key_is_not_allowed(folder: Path, release: Path) -> None:
    done = parley("verify-release", release, "--signers", signers(folder, "other"))
    assert (done.returncode, "does not allow" in done.stdout) == (1, True), done
    again = parley("sign", "--key", folder.parent / "other", "--publication", release.parents[2])
    assert again.returncode == 0, again.stderr
    assert parley("verify-release", release, "--signers", signers(folder, "other")).returncode == 0


def test_39_a_key_in_place_of_allowed_signers_is_answered_with_the_line_to_write(folder: Path, release: Path) -> None:
    key = folder.parent / "key.pub"
    done = parley("verify-release", release, "--signers", key)
    assert (done.returncode, "is a public key, not a file of allowed signers" in done.stderr) == (2, True), done
    line = done.stderr.strip().splitlines()[-1].strip()
    allowed = folder.parent / "written.signers"
    allowed.write_text(line + "\n")
    assert parley("verify-release", release, "--signers", allowed).returncode == 0, line
    private = parley("verify-release", release, "--signers", folder.parent / "key")
    assert (private.returncode, "is a private key" in private.stderr) == (2, True), private


def test_39_without_ssh_keygen_the_cure_is_named(folder: Path, release: Path) -> None:
    sign: list[str | Path] = ["sign", "--key", folder.parent / "key", "--publication", folder]
    for command in (["verify-release", release], sign):
        done = parley(*command, PATH="/nowhere")
        assert (done.returncode, "apt-get install openssh-client" in done.stderr) == (2, True), done


def test_39_the_site_offers_the_signature_and_the_plain_tools_verify_it(
    folder: Path, tmp_path: Path, serve: Callable[..., Any]
) -> None:
    own = tmp_path / "own"
    shutil.copytree(folder, own, symlinks=True)
    lines = re.findall(r"^```sh check\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)[0]
    with serve(own) as live:
        assert b"not signed" in live.curl("/downloads").body
        assert live.curl("/download/SHA256SUMS.sig").status == 404
        assert parley("sign", "--key", folder.parent / "key", "--publication", own).returncode == 0
        end = time.monotonic() + 10
        while b"ssh-keygen -Y verify" not in (page := live.curl("/downloads").body):
            assert time.monotonic() < end, page
            time.sleep(0.1)
        assert b"SHA256SUMS.sig> ." in live.curl("/.well-known/void?format=ntriples").body
        (tmp_path / "here").mkdir()
        script = lines.replace(f"{BASE}download", f"{live.url.rstrip('/')}/download")
        done = subprocess.run(
            ["bash", "-ec", script], cwd=tmp_path / "here", capture_output=True, text=True, timeout=30, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "all.ttl: OK" in done.stdout
    assert f'Good "file" signature for {BASE}' in done.stdout
