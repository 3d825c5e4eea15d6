"""`nexus approvals`: read the cards and answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from core.errors import InvalidInput
from orchestrator.cli.follow import describe_card, follow, report
from orchestrator.cli.output import AsJson, say, say_json, table
from orchestrator.cli.session import with_client
from orchestrator.cli.typed import place, read_object

if TYPE_CHECKING:
    from orchestrator.client import Client

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)

Card = Annotated[str, typer.Argument(help="The approval's id.")]
Hash = Annotated[str | None, typer.Option("--hash", help="Answer only if the payload still has this hash.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; it is kept with the answer.")]
PATH = "/v1/approvals"
T = TypeVar("T", dict[str, Any], list[Any])


@app.callback()
def approvals() -> None:
    """List, show, approve, edit and reject what waits for an answer."""


@app.command("list")
def list_approvals(
    everything: Annotated[bool, typer.Option("--all", help="Answered ones, too.")] = False, as_json: AsJson = False
) -> None:
    """List what waits for an answer."""
    params = {} if everything else {"state": "pending"}
    found = with_client(lambda client: client.get(PATH, params=params))
    if as_json:
        say_json(found)
    elif found["items"]:
        rows = [(card["id"], card["state"], card["expires_at"], card["title"]) for card in found["items"]]
        say(table([("APPROVAL", "STATE", "EXPIRES", "WHAT"), *rows]))
    else:
        say("Nothing waits for an answer.")


@app.command("show")
def show_approval(card: Card, as_json: AsJson = False) -> None:
    """Show one card: what will happen, and the hash that an answer binds to."""
    found = with_client(lambda client: client.get(place("v1", "approvals", card)))
    if as_json:
        say_json(found)
        return
    say(describe_card(found))


@app.command("approve")
def approve(card: Card, hash: Hash = None, reason: Reason = None, as_json: AsJson = False) -> None:
    """Approve exactly what the card says, and wait for what comes of it."""
    answer(card, "approve", hash, reason, as_json=as_json)


@app.command("reject")
def reject(card: Card, hash: Hash = None, reason: Reason = None, as_json: AsJson = False) -> None:
    """Reject it."""
    answer(card, "reject", hash, reason, as_json=as_json)


@app.command("edit")
def edit(
    card: Card,
    bind: Annotated[
        list[str] | None, typer.Option("--bind", help="Where a described server is reached: URL=ADDRESS.")
    ] = None,
    credential: Annotated[
        list[str] | None, typer.Option("--credential", help="Which stored secret it is given: DESCRIBED=STORED.")
    ] = None,
    change: Annotated[str | None, typer.Option("--edit", help="The whole edit as JSON.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change what a card would do; it then has another hash, and still waits."""
    wanted = edit_of(bind or [], credential or [], change)

    async def work(client: Client) -> dict[str, Any]:
        current = await client.get(place("v1", "approvals", card))
        body = {"answer": "edit", "payload_hash": current["payload_hash"], "edit": wanted}
        return await client.call("POST", place("v1", "approvals", card), json=body)

    edited = with_client(work)
    if as_json:
        say_json(edited)
    else:
        say(describe_card(edited))


def edit_of(bind: list[str], credential: list[str], change: str | None = None) -> dict[str, Any]:
    """The edit as the service takes it."""
    wanted = read_object("--edit", change, '{"arguments": {…}}')
    binding, credentials = part(wanted, "binding", {}), part(wanted, "credentials", [])
    for each in bind:
        described, equals, reached = each.rpartition("=")
        if not equals:
            raise InvalidInput(f"{each!r} is no binding.", mend="Write --bind https://api.example.com=http://HOST:PORT")
        wanted["binding"] = binding = {**binding, described: reached}
    for each in credential:
        described, equals, stored = each.partition("=")
        if not (described and equals and stored):
            raise InvalidInput(f"{each!r} gives no secret.", mend="Write --credential NAME_ON_THE_CARD=STORED_NAME")
        wanted["credentials"] = credentials = [*credentials, {"credential": described, "reference": stored}]
    if not wanted:
        raise InvalidInput("There is nothing to edit.", mend="Give --bind, --credential or --edit.")
    return wanted


def part(edit: dict[str, Any], name: str, empty: T) -> T:
    """A part of an edit, or an empty one. Raises ``InvalidInput`` where it is of another kind."""
    found = edit.get(name, empty)
    if not isinstance(found, type(empty)):
        kind = "list" if isinstance(empty, list) else "object"
        raise InvalidInput(f"{name} in --edit is no {kind}.", mend=f"Leave it out of --edit, or make it a JSON {kind}.")
    return found


def answer(card: str, word: str, expected: str | None, reason: str | None, *, as_json: bool) -> None:
    """Send the answer with the hash that was read, then follow the run to where it settles."""

    async def work(client: Client) -> tuple[dict[str, Any], dict[str, Any]]:
        current = await client.get(place("v1", "approvals", card))
        body = {"answer": word, "payload_hash": expected or current["payload_hash"], "reason": reason}
        answered = await client.call("POST", place("v1", "approvals", card), json=body)
        run = await client.get(f"/v1/runs/{answered['run']}")
        return answered, await follow_answered(client, run, current["as_of"])

    answered, run = with_client(work)
    if as_json:
        say_json({"approval": answered, "run": run})
        raise typer.Exit(1 if run["state"] == "failed" else 0)
    say(f"{answered['state'].capitalize()}: {answered['title']} ({answered['payload_hash'][:12]}).")
    raise typer.Exit(report(run, []) if word == "approve" or run["state"] == "failed" else 0)


async def follow_answered(client: Client, run: dict[str, Any], after: int) -> dict[str, Any]:
    """The run once it has gone on: an answered card's run does not stay waiting for that card."""
    if run["state"] == "waiting":
        async for event in client.events(f"/v1/runs/{run['id']}/events", after=after):
            if event["type"] == "run.resumed":
                break
        run = await client.get(f"/v1/runs/{run['id']}")
    return await follow(client, run, after)
