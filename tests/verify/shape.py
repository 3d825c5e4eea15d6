"""Rules about the text itself that no linter here knows: sizes, and what the sandbox's guest may import."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("core", "gateway", "modules", "orchestrator", "sandbox", "souls", "tests", "benchmarks")
FILE_LINES = 800
FUNCTION_LINES = 120
# The zygote loads the folder under this name, so its files may import one another by it.
GUEST_MAY_IMPORT = frozenset({"guest", "RestrictedPython"}) | sys.stdlib_module_names


def findings(root: Path) -> list[str]:
    """One sentence for each place that breaks a rule."""
    found: list[str] = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "node_modules" in path.parts or ".cache" in path.parts:
                continue
            text = path.read_text(encoding="utf-8")
            place = path.relative_to(root)
            found += [f"{place}: {finding}" for finding in _sizes(text)]
            if place.is_relative_to("sandbox/guest"):
                found += [f"{place}: {finding}" for finding in _foreign_imports(text)]
    return found


def _sizes(text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{lines} lines; a file has at most {FILE_LINES}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{node.name} has {length} lines; a function has at most {FUNCTION_LINES}"


def _foreign_imports(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            if name.split(".")[0] not in GUEST_MAY_IMPORT:
                yield f"imports {name}; what runs in the sandbox imports the standard library and itself only"
