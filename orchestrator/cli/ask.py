"""`nexus ask`: say something, watch what comes of it."""

from __future__ import annotations

import mimetypes
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidInput, NexusError
from orchestrator.cli.follow import follow, open_cards, report
from orchestrator.cli.output import AsJson, say_json
from orchestrator.cli.session import with_client
from orchestrator.cli.typed import place, read_json, standard_input

if TYPE_CHECKING:
    from orchestrator.client import Client

AS_ROUTED = "-"
"""No model can be called so."""

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Text = Annotated[str, typer.Argument(help="What you want, in your words; - reads it from standard input.")]
Attach = Annotated[list[Path] | None, typer.Option("--attach", "-a", help="A file to attach; may be repeated.")]
Param = Annotated[list[str] | None, typer.Option("--param", "-p", help="An argument by name: city=Oslo.")]
Thread = Annotated[str | None, typer.Option("--thread", "-t", help="A thread's id, or `last` to go on with it.")]

Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="Who answers from now on: a model's name, builtin for the rules, - for the routing's choice.",
    ),
]


@app.command()
def ask(
    text: Text,
    attach: Attach = None,
    param: Param = None,
    thread: Thread = None,
    model: Model = None,
    as_json: AsJson = False,
) -> None:
    """Ask, and wait for the answer or for the card that it needs."""
    files = [(path, read(path)) for path in attach or []]
    params = dict(parameter(each) for each in param or [])
    message = standard_input() if text == "-" else text

    async def work(client: Client) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        attachments = [await upload(client, path, content) for path, content in files]
        where = await find_thread(client, thread)
        body = {"message": message, "attachments": attachments, "params": params, **chosen(model)}
        try:
            run = await client.call("POST", place("v1", "threads", where, "runs"), json=body)
        except NexusError:
            if thread is None:
                # It was opened for this message, and nobody needs it empty.
                with suppress(NexusError):
                    await client.call("DELETE", place("v1", "threads", where))
            raise
        settled = await follow(client, run, run["as_of"])
        output = settled.get("output") or {}
        return settled, await open_cards(client, [settled["id"], *output.get("runs", [])])

    run, cards = with_client(work)
    if as_json:
        say_json({"run": run, "approvals": cards})
        raise typer.Exit(quiet_report(run, cards))
    raise typer.Exit(report(run, cards))


def quiet_report(run: dict[str, Any], cards: list[dict[str, Any]]) -> int:
    from orchestrator.cli.follow import outcome
    from orchestrator.cli.output import ExitCode

    if run["state"] in ("failed", "cancelled"):
        return ExitCode.FAILED
    return ExitCode.NEEDS_CONFIRMATION if cards else outcome(run.get("output") or {})


def read(path: Path) -> bytes:
    """The bytes of a file of the person who types, which only this client opens."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", mend="Name a file that you can read.") from None


async def upload(client: Client, path: Path, content: bytes) -> str:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    file = await client.call(
        "POST", "/v1/files", params={"name": path.name}, content=content, headers={"Content-Type": media_type}
    )
    return file["id"]


async def find_thread(client: Client, wanted: str | None) -> str:
    if wanted == "last":
        newest = (await client.get("/v1/threads", params={"limit": 1}))["items"]
        if not newest:
            raise InvalidInput("There is no conversation yet.", mend="Leave --thread out.")
        return newest[0]["id"]
    if wanted:
        return wanted
    return (await client.call("POST", "/v1/threads", json={}))["id"]


def chosen(model: str | None) -> dict[str, Any]:
    """The choice, as a message carries it; without one the conversation keeps its own."""
    return {} if model is None else {"model": None if model == AS_ROUTED else model}


def parameter(text: str) -> tuple[str, Any]:
    """``name=value``; a value that is JSON is taken as that, any other as text."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InvalidInput(f"{text!r} is no parameter.", mend="Write it as name=value.")
    try:
        return name, read_json(value)
    except ValueError:
        return name, value
