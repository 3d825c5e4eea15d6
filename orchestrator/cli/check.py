"""`nexus check`: the effective settings, where each came from, and whether everything works."""

from __future__ import annotations

from typing import Any

import typer

from orchestrator.cli.output import AsJson, ExitCode, say, say_json, table
from orchestrator.cli.session import with_client

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Show the effective settings and whether everything works. Exit code 1 where something does not."""
    found = with_client(lambda client: client.get("/admin/check"))
    if as_json:
        say_json(found)
    else:
        say(in_words(found))
    if not found["ok"]:
        raise typer.Exit(ExitCode.FAILED)


def in_words(found: dict[str, Any]) -> str:
    settings = [(each["name"], shown(each["value"]), each["source"]) for each in found["settings"]]
    probes = [("ok" if each["ok"] else "NOT OK", each["name"], each["sentence"]) for each in found["probes"]]
    return f"{table(settings)}\n\n{table(probes)}"


def shown(value: Any) -> str:
    return "-" if value is None else str(value)
