"""`nexus credentials`: secrets go in by prompt or standard input, never by an argument that others can read."""

from __future__ import annotations

import sys
from typing import Annotated
from urllib.parse import quote

import typer

from core.errors import InvalidInput
from orchestrator.cli.output import AsJson, say, say_json, table
from orchestrator.cli.session import with_client
from orchestrator.cli.typed import standard_input

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="For example openweather or github/token.")]
PATH = "/admin/credentials"


@app.callback()
def credentials() -> None:
    """Set, list and remove the secrets that modules use. No command shows a value."""


@app.command("set")
def set_credential(name: Name, as_json: AsJson = False) -> None:
    """Store a secret: asked for at a terminal, else the first line of standard input."""
    value = read_secret(name)
    with_client(lambda client: client.call("PUT", address(name), json={"value": value}))
    tell(as_json, {"name": name, "set": True}, f"Stored {name}.")


@app.command("list")
def list_credentials(as_json: AsJson = False) -> None:
    """List the names, never the values."""
    found = with_client(lambda client: client.get(PATH))
    if as_json:
        say_json(found)
    elif found["items"]:
        say(table([("NAME", "SET"), *((each["name"], each["updated_at"]) for each in found["items"])]))
    else:
        say("None is stored. Store one: nexus credentials set NAME")


@app.command("remove")
def remove_credential(name: Name, as_json: AsJson = False) -> None:
    """Forget a secret."""
    with_client(lambda client: client.call("DELETE", address(name)))
    tell(as_json, {"name": name, "removed": True}, f"Removed {name}.")


def address(name: str) -> str:
    return f"{PATH}/{quote(name, safe='/', errors='replace')}"


def read_secret(name: str) -> str:
    if sys.stdin.isatty():
        return typer.prompt(f"Value of {name}", hide_input=True)
    value = standard_input(line=True).rstrip("\r\n")
    if not value:
        raise InvalidInput("Standard input holds no value.", mend=f"Pipe it in: nexus credentials set {name} < FILE")
    return value


def tell(as_json: bool, document: dict[str, object], sentence: str) -> None:
    if as_json:
        say_json(document)
    else:
        say(sentence)
