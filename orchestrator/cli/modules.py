"""`nexus modules`: build, look at, bind, install, roll back and run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestrator.cli.ask import parameter, read, upload
from orchestrator.cli.follow import follow, open_cards, report
from orchestrator.cli.output import AsJson, ExitCode, say, say_json, table
from orchestrator.cli.session import with_client
from orchestrator.cli.typed import place, read_object

if TYPE_CHECKING:
    from orchestrator.client import Client

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Module = Annotated[str, typer.Argument(help="The module's name.")]


@app.callback()
def modules() -> None:
    """Build, list, show, bind, install, roll back and run modules."""


@app.command("build")
def build(
    source: Annotated[str, typer.Argument(help="An API description: a file, or an http(s) address.")],
    name: Annotated[str | None, typer.Option("--name", help="The module's name; else the description's title.")] = None,
    as_json: AsJson = False,
) -> None:
    """Build a module from an API description, prove it, and open the card that installs it."""
    remote = source.startswith(("http://", "https://"))
    content = None if remote else read(Path(source))

    async def work(client: Client) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        given = {"url": source} if content is None else {"file": await upload(client, Path(source), content)}
        run = await client.call("POST", "/admin/drafts", json={**given, "name": name})
        settled = await follow(client, run, run["as_of"])
        return settled, await open_cards(client, [settled["id"]])

    finish(with_client(work), as_json=as_json)


@app.command("list")
def list_modules(as_json: AsJson = False) -> None:
    """List what is installed."""
    found = with_client(lambda client: client.get("/v1/modules"))
    if as_json:
        say_json(found)
    elif found["items"]:
        rows = [
            (each["name"], str(each["version"]), each["bundle_sha256"][:12], str(each["operations"]), each["title"])
            for each in found["items"]
        ]
        say(table([("MODULE", "VERSION", "HASH", "OPERATIONS", "TITLE"), *rows]))
    else:
        say("None is installed. Build one: nexus modules build examples/weather.openapi.yaml")


@app.command("show")
def show_module(module: Module, as_json: AsJson = False) -> None:
    """Show a module: its versions, hosts and operations."""

    async def work(client: Client) -> dict[str, Any]:
        shown = await client.get(place("v1", "modules", module))
        versions = await client.get(place("v1", "modules", module, "versions"))
        return {**shown, "versions": versions["items"]}

    found = with_client(work)
    if as_json:
        say_json(found)
        return
    say(f"{found['name']} (version {found['version']}, {found['bundle_sha256']})")
    say(f"hosts: {', '.join(found['hosts']) or 'none'}")
    for described, reached in found["binding"].items():
        say(f"binding: {described} → {reached}")
    rows = [(each["id"], f"{each['method']} {each['path']}", each["summary"]) for each in found["operations"]]
    say(table([("OPERATION", "REQUEST", "SUMMARY"), *rows]))
    marks = [
        (str(each["number"]), each["bundle_sha256"][:12], "active" if each["active"] else "", each["created_at"])
        for each in found["versions"]
    ]
    say(table([("VERSION", "HASH", "", "PROMOTED"), *marks]))


@app.command("run")
def run_operation(
    module: Module,
    operation: Annotated[str, typer.Argument(help="The operation's id.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="name=value; a value that is JSON is taken as that.")
    ] = None,
    arguments_json: Annotated[str | None, typer.Option("--arguments", help="All arguments as a JSON object.")] = None,
    as_json: AsJson = False,
) -> None:
    """Call an operation of an installed module."""
    given = arguments_of(arguments or [], arguments_json)

    async def work(client: Client) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        path = place("v1", "modules", module, "operations", operation)
        run = await client.call("POST", path, json={"arguments": given})
        settled = await follow(client, run["run"], run["run"].get("as_of", 0))
        return settled, await open_cards(client, [settled["id"]])

    finish(with_client(work), as_json=as_json)


@app.command("bind")
def bind(
    module: Module,
    binding: Annotated[
        list[str] | None, typer.Argument(help="URL=ADDRESS: where a described server is really reached.")
    ] = None,
    credential: Annotated[
        list[str] | None, typer.Option("--credential", help="Which stored secret it is given: DESCRIBED=STORED.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say where a module's servers are reached and which secrets it is given; a card asks for it."""
    from orchestrator.cli.approvals import edit_of

    async def work(client: Client) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        run = await client.call(
            "PUT", place("admin", "modules", module, "binding"), json=edit_of(binding or [], credential or [])
        )
        settled = await follow(client, run, run["as_of"])
        return settled, await open_cards(client, [settled["id"]])

    finish(with_client(work), as_json=as_json)


@app.command("install")
def install(
    draft: Annotated[str, typer.Argument(help="The id of a validated draft.")], as_json: AsJson = False
) -> None:
    """Open the card that promotes a draft and installs it."""

    async def work(client: Client) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        run = await client.call("POST", place("admin", "drafts", draft, "promote"))
        settled = await follow(client, run, run["as_of"])
        return settled, await open_cards(client, [settled["id"]])

    finish(with_client(work), as_json=as_json)


@app.command("rollback")
def rollback(
    module: Module,
    version: Annotated[int | None, typer.Option("--to", help="The version's number; else the one before.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an earlier approved version the active one, at once."""
    found = with_client(
        lambda client: client.call("POST", place("admin", "modules", module, "rollback"), json={"version": version})
    )
    if as_json:
        say_json(found)
    else:
        say(found["sentence"])


def arguments_of(pairs: list[str], whole: str | None) -> dict[str, Any]:
    given = read_object("--arguments", whole, '{"city": "Oslo"}')
    return {**given, **dict(parameter(each) for each in pairs)}


def finish(result: tuple[dict[str, Any], list[dict[str, Any]]], *, as_json: bool) -> None:
    """Say what came of a run, and leave with its exit code."""
    from orchestrator.cli.ask import quiet_report

    run, cards = result
    if as_json:
        say_json({"run": run, "approvals": cards})
        raise typer.Exit(quiet_report(run, cards))
    code: ExitCode = report(run, cards)
    raise typer.Exit(code)
