"""Following a run from the command line: what happens, as it happens, and what came of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from orchestrator.cli.output import ExitCode, say, warn

if TYPE_CHECKING:
    from orchestrator.client import Client

ENDS = {"run.finished", "run.failed", "run.cancelled"}
WAITS = {"waiting", "unknown"}


async def follow(client: Client, run: dict[str, Any], after: int) -> dict[str, Any]:
    """Show the run's progress, and that of runs it started, on a terminal; return the run when it settles."""
    family = {run["id"]}
    current = await client.get(f"/v1/runs/{run['id']}")
    if settled(current):
        return current
    async for event in client.events("/v1/events", after=after):
        if event["data"].get("parent") in family:
            family.add(event["run"])
        if event["run"] not in family:
            continue
        show(event)
        if event["run"] == run["id"] and (event["type"] in ENDS or event["type"] == "approval.requested"):
            current = await client.get(f"/v1/runs/{run['id']}")
            if settled(current):
                return current
    return current


def settled(run: dict[str, Any]) -> bool:
    return run["state"] in WAITS or run["finished_at"] is not None


def show(event: dict[str, Any]) -> None:
    """One line of progress, for people who watch."""
    if not sys.stderr.isatty():
        return
    data = event["data"]
    if event["type"] == "build.stage":
        detail = ", ".join(f"{name} {value}" for name, value in data.get("detail", {}).items())
        warn(f"  {data['stage']}{': ' + detail if detail else ''}")
    elif event["type"] == "tool.called":
        warn(f"  calling {data['tool']}")


async def open_cards(client: Client, run_ids: list[str]) -> list[dict[str, Any]]:
    """The cards that these runs wait for."""
    cards: list[dict[str, Any]] = []
    for run_id in run_ids:
        page = await client.get("/v1/approvals", params={"run": run_id, "state": "pending"})
        cards += page["items"]
    return cards


def describe_card(card: dict[str, Any]) -> str:
    """What a person has to know before answering."""
    payload = card["payload"]
    lines = [f"{card['title']}", f"  approval  {card['id']}", f"  hash      {card['payload_hash']}"]
    for name in ("module", "bundle_sha256", "isolation", "proof_hash", "tool", "subject"):
        if payload.get(name):
            lines.append(f"  {name:<9} {payload[name]}")
    if payload.get("hosts"):
        lines.append(f"  hosts     {', '.join(payload['hosts'])}")
    if payload.get("capabilities"):
        lines.append(f"  may use   {', '.join(payload['capabilities'])}")
    if payload.get("binding"):
        bound = ", ".join(f"{described} → {reached}" for described, reached in payload["binding"].items())
        lines.append(f"  binding   {bound}")
    lines += [f"  secret    {described}" for described in describe_credentials(card)]
    if payload.get("arguments"):
        lines.append(f"  arguments {payload['arguments']}")
    for note in card["shown"].get("notes", []):
        lines.append(f"  note      {note}")
    for reason in card["shown"].get("reasons", []):
        lines.append(f"  why       {reason}")
    lines.append(f"  expires   {card['expires_at']}")
    lines.append(f"Answer: nexus approvals approve {card['id']}   (or edit, or reject)")
    return "\n".join(lines)


def describe_credentials(card: dict[str, Any]) -> list[str]:
    """Which stored secrets the module will be given, and which of those that it describes it lacks."""
    given = card["payload"].get("credentials", [])
    told = [f"{each['credential']}: the stored {each['reference']!r}, sent to {each['origin']} only" for each in given]
    for each in card["shown"].get("credentials", []):
        if each["name"] not in {one["credential"] for one in given}:
            sent = " ".join(str(each[part]) for part in ("in", "parameter", "scheme") if each.get(part))
            mend = f"nexus credentials set NAME, then edit this card: --credential {each['name']}=NAME"
            told.append(f"{each['name']} ({each['type']}{', ' if sent else ''}{sent}) is not given. {mend}")
    return told


def report(run: dict[str, Any], cards: list[dict[str, Any]]) -> ExitCode:
    """Say what came of a run; the exit code that tells scripts."""
    output = run.get("output") or {}
    reply = output.get("reply")
    if reply:
        say(reply["text"])
    elif output.get("sentence"):
        say(output["sentence"])
    for card in cards:
        say("")
        say(describe_card(card))
    if run["state"] in ("failed", "cancelled"):
        error = run.get("error") or {"detail": "The run was cancelled.", "mend": ""}
        warn(f"{error['detail']} {error.get('mend') or ''}".strip())
        return ExitCode.FAILED
    if cards:
        return ExitCode.NEEDS_CONFIRMATION
    return outcome(output)


def outcome(output: dict[str, Any]) -> ExitCode:
    if output.get("state") == "BLOCKED" or output.get("question"):
        return ExitCode.BLOCKED
    return ExitCode.DONE if output.get("ok", True) else ExitCode.FAILED
