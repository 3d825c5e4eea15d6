"""The static tier: nothing of the project runs, its text is read. Independent checks, side by side."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.verify import page, shape
from tests.verify.report import Skip, TierResult

CHECK_SECONDS = 600


@dataclass(frozen=True)
class Outcome:
    """One check: whether it held, what it printed, or why it could not be made."""

    name: str
    held: bool
    output: str
    seconds: float = 0.0
    skip: str = ""


def run(root: Path) -> TierResult:
    """Run every static check; the printed order is the order here, whatever finishes first."""
    checks: list[Callable[[], Outcome]] = [
        # first, because it is the longest: the others pass beside it
        lambda: _pyright(root),
        lambda: _page(root, "tsc", ["node_modules/.bin/tsc", "--noEmit"]),
        lambda: _page(root, "eslint", ["node_modules/.bin/eslint", "."]),
        lambda: _types(root),
        lambda: _command(root, "ruff check", ["-m", "ruff", "check"]),
        lambda: _command(root, "ruff format", ["-m", "ruff", "format", "--check"]),
        lambda: _command(root, "import-linter", ["-c", LINT_IMPORTS, "--no-logo"]),
        lambda: _findings("shape", shape.findings(root)),
    ]
    result = TierResult("static")
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(lambda check: check(), checks):
            _record(result, outcome)
    return result


# lint-imports has no `python -m`; through the interpreter it works wherever this one runs from
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def _record(result: TierResult, outcome: Outcome) -> None:
    if outcome.skip:
        print(f"skip  {outcome.name}: {outcome.skip}")
        result.skipped.append(Skip(outcome.name, outcome.skip))
    elif outcome.held:
        print(f"ok    {outcome.name} ({outcome.seconds:.1f} s)")
        result.passed += 1
    else:
        print(f"FAIL  {outcome.name} ({outcome.seconds:.1f} s)\n{outcome.output}")
        result.failures.append(outcome.name)


def _pyright(root: Path) -> Outcome:
    # The wheel carries pyright's JavaScript; all it needs of the machine is Node. Without, its launcher would
    # fetch a Node of its own, which a closed network refuses.
    if shutil.which("node") is None:
        return Outcome("pyright", held=False, output="", skip="no Node on PATH (apt-get install nodejs)")
    return _command(root, "pyright", ["-m", "pyright", "--warnings"], PYRIGHT_PYTHON_IGNORE_WARNINGS="1")


NO_PAGE = "what builds the page is not installed (Node 20.19 or newer, then make page)"


def _page(root: Path, name: str, command: Sequence[str]) -> Outcome:
    if not (root / "ui" / command[0]).exists():
        return Outcome(name, held=False, output="", skip=NO_PAGE)
    return _program(root / "ui", name, command)


def _types(root: Path) -> Outcome:
    if not page.installed():
        return Outcome("page types", held=False, output="", skip=NO_PAGE)
    return _findings("page types", page.drift())


def _command(root: Path, name: str, arguments: Sequence[str], **environment: str) -> Outcome:
    return _program(root, name, [sys.executable, *arguments], **environment)


def _program(root: Path, name: str, command: Sequence[str], **environment: str) -> Outcome:
    started = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CHECK_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Outcome(name, held=False, output=f"did not end within {CHECK_SECONDS} s", seconds=CHECK_SECONDS)
    text = (done.stdout + done.stderr).strip()
    return Outcome(name, held=done.returncode == 0, output=text, seconds=time.monotonic() - started)


def _findings(name: str, found: Sequence[str]) -> Outcome:
    return Outcome(name, held=not found, output="\n".join(found))
