"""npm packages that a benchmark needs: pinned, in the benchmarks' own cache, their scripts never run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

from benchmarks.report import CACHE

INSTALL_SECONDS = 900


class NoNpm(RuntimeError):
    """npm is missing or could not install; the message says which."""


def installed(package: str, version: str) -> Path:
    """The folder of ``package`` at exactly ``version``, installed on first use beside what it needs."""
    home = CACHE / "npm" / f"{package.replace('/', '+')}@{version}"
    done = home / ".installed"
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / "npm.lock"):
        if not done.exists():
            _install(home, f"{package}@{version}")
            done.touch()
    return home / "node_modules" / package


def _install(home: Path, what: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoNpm(f"{what} needs npm, which is not on PATH")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    print(f"installing {what} into {home}", flush=True)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error"]
    command = [npm, "install", *options, "--prefix", str(home), what]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode:
        raise NoNpm(f"npm could not install {what}: {(done.stderr or done.stdout).strip()[-400:]}")
