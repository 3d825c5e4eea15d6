"""Command line of the benchmarks."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import Figure, render, result_line

# what a benchmark is made of, not one itself
PARTS = {"__main__", "gateway_compat", "npm", "pairing", "reference", "report", "workshop"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark; with ``--json`` standard output is that one line, the rest goes to standard error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run one benchmark.")
    parser.add_argument("name", choices=names())
    parser.add_argument("--seed", type=int, default=1, help="draws what the benchmark draws (default 1)")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args(arguments)
    with contextlib.redirect_stdout(sys.stderr) if options.json else contextlib.nullcontext():
        figures = run(options.name, options.seed)
        print(render(figures))
    if options.json:
        print(result_line(options.name, figures))
    return 0


def names() -> list[str]:
    """Every benchmark there is."""
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(module.name for module in found if module.name not in PARTS)


def run(name: str, seed: int) -> list[Figure]:
    """The figures of one benchmark."""
    found = importlib.import_module(f"benchmarks.{name}").run(seed)
    return asyncio.run(found) if inspect.iscoroutine(found) else found


if __name__ == "__main__":
    sys.exit(main())
