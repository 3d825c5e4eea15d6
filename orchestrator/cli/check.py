"""`nexus check`: the effective settings, and whether everything works; `nexus check sandbox`: what holds code here."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from orchestrator.cli.output import AsJson, ExitCode, say, say_json, table
from orchestrator.cli.session import with_client
from sandbox.enforcement import WAYS_ON

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class Part(StrEnum):
    """What can be looked at more closely."""

    SANDBOX = "sandbox"


@app.command()
def check(
    part: Annotated[Part | None, typer.Argument(help="One part, in depth.")] = None, as_json: AsJson = False
) -> None:
    """Show the effective settings and whether everything works. Exit code 1 where something does not.

    With sandbox: each layer that holds untrusted code, whether it is enforced here, why not, and what that leaves open.
    """
    path, good, words = ("/admin/sandbox", "sufficient", layers) if part else ("/admin/check", "ok", in_words)
    found = with_client(lambda client: client.get(path))
    if as_json:
        say_json(found)
    else:
        say(words(found))
    if not found[good]:
        raise typer.Exit(ExitCode.FAILED)


def in_words(found: dict[str, Any]) -> str:
    settings = [(each["name"], shown(each["value"]), each["source"]) for each in found["settings"]]
    probes = [("ok" if each["ok"] else "NOT OK", each["name"], each["sentence"]) for each in found["probes"]]
    return f"{table(settings)}\n\n{table(probes)}"


def shown(value: Any) -> str:
    return "-" if value is None else str(value)


def layers(found: dict[str, Any]) -> str:
    rows = [(said(layer), layer["name"], layer["detail"] or layer["why"]) for layer in found["layers"]]
    lines = [table(rows), ""]
    lines += [f"Without {layer['name']}: {layer['leaves_open']}" for layer in found["layers"] if not layer["enforced"]]
    lines += [f"The self-test escaped: {name}." for name in found["escapes"]]
    end = f"Level {found['level']}; sandbox.require is {found['require']}: "
    return "\n".join([*lines, end + ("code runs here." if found["sufficient"] else f"nothing runs here. {WAYS_ON}")])


def said(layer: dict[str, Any]) -> str:
    if layer["enforced"]:
        return "ok"
    return "NOT OK" if layer["required"] else "-"
