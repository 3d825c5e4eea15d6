"""The command line: one file a command or group, imported when it is used; a client of the HTTP application."""

from __future__ import annotations


def main() -> None:
    """Entry point of the console script ``nexus``."""
    from orchestrator.cli.program import run

    run()
