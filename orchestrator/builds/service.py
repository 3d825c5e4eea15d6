"""Use cases of builds: start one, install a draft, change a grant, roll back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from core.actor import Actor
from core.database import Database, Transaction
from core.errors import InvalidInput, NexusError
from modules.broker import parse_url
from modules.lifecycle import Lifecycle
from modules.store.drafts import read_draft
from modules.store.versions import list_versions
from orchestrator.builds.card import granted_payload
from orchestrator.builds.reach import read_change, spelled
from orchestrator.files.store import describe_file
from orchestrator.governance.store import list_approvals
from orchestrator.runs.idempotency import write_racing
from orchestrator.runs.model import Run, RunKind, RunState
from orchestrator.runs.service import Runs

LONGEST_PASTE = 1_000_000


class BuildFailed(NexusError):
    """A build ended without anything that could be installed."""

    code = "build_failed"
    status = 422
    default_mend = "Look at the build's run for what was found."


class Builds:
    """Everything that ends in an activation."""

    def __init__(self, db: Database, runs: Runs, lifecycle: Lifecycle) -> None:
        self._db = db
        self._runs = runs
        self._lifecycle = lifecycle

    async def start(
        self,
        actor: Actor,
        source: dict[str, Any],
        *,
        name: str | None = None,
        thread: str | None = None,
        **options: Any,
    ) -> Run:
        """Build from exactly one of {file}, {url}, {text}. Raises ``InvalidInput`` or ``NotFound`` at once."""
        await self._check_source(actor.org, source)
        return await self._begin(actor, {"source": source, "name": name, "thread": thread}, **options)

    async def install(self, actor: Actor, draft: str, *, thread: str | None = None, **options: Any) -> Run:
        """Prove a draft as it is now and ask to promote and install it."""
        await self._db.read(lambda connection: read_draft(connection, actor.org, draft))
        return await self._begin(actor, {"source": {"draft": draft}, "name": None, "thread": thread}, **options)

    async def validate(self, actor: Actor, draft: str, **options: Any) -> Run:
        """Prove a draft as it is now, and ask nothing."""
        await self._db.read(lambda connection: read_draft(connection, actor.org, draft))
        return await self._begin(actor, {"source": {"draft": draft, "ask": False}, "name": None}, **options)

    async def grant(self, actor: Actor, module: str, change: dict[str, Any], **options: Any) -> Run:
        """Ask to change what the installed version may reach: its binding, hosts, capabilities, credentials."""
        source = {"module": module, "grant": read_change(change)}

        def possible(connection: Connection) -> None:
            granted_payload(connection, actor.org, module, source["grant"])

        await self._db.read(possible)
        return await self._begin(actor, {"source": source}, **options)

    async def rollback(self, actor: Actor, module: str, number: int | None, *, key: str) -> dict[str, Any]:
        """Point to an approved version, at once; what ``key`` has done before is done once."""

        def unit(tx: Transaction) -> dict[str, Any]:
            moved = self._lifecycle.roll_back(tx, actor.org, module, key=key, actor=actor.id, to=number)
            return {
                "module": moved.module,
                "version": moved.number,
                "bundle_sha256": moved.bundle_sha256,
                "sentence": f"{moved.module} is at version {moved.number} now ({moved.bundle_sha256[:12]}).",
            }

        return await write_racing(self._db, unit)

    async def number_of(self, org: str, module: str, version: str) -> int | None:
        """The number of a version given by its number or its hash (or the hash's beginning)."""
        found = await self._db.read(lambda connection: list_versions(connection, org, module))
        for each in found:
            if version == str(each.number) or (len(version) >= 6 and each.bundle_sha256.startswith(version)):
                return each.number
        return None

    async def outcome(self, org: str, run_id: str) -> dict[str, Any]:
        """Wait until a build has opened its card or is done, and tell which. Raises ``BuildFailed`` where it failed."""
        run = await self._runs.settled(org, run_id)
        check_built(run)
        facts: dict[str, Any] = {"run": run.id, "state": run.state, **(run.output or {})}
        if run.state is RunState.DONE:
            return facts
        cards = await self._db.read(
            lambda connection: list_approvals(connection, org, state="pending", run=run_id, limit=1, after="")
        )
        if not cards:
            return {**facts, "sentence": "It is built and proven, and its card has been answered."}
        card = cards[0]
        return {
            **facts,
            "approval": card.id,
            "payload_hash": card.payload_hash,
            "module": card.payload["module"],
            "sentence": f"{card.title}: built and proven. It waits for your approval (card {card.id}).",
        }

    async def _begin(self, actor: Actor, given: dict[str, Any], **options: Any) -> Run:
        run, _ = await self._runs.start(actor, RunKind.BUILD, given, **options)
        return run

    async def _check_source(self, org: str, source: dict[str, Any]) -> None:
        if len(source) != 1 or next(iter(source)) not in ("file", "url", "text"):
            raise InvalidInput("A build has exactly one source: a file, a url, or text.")
        if "file" in source:
            await self._db.read(lambda connection: describe_file(connection, org, source["file"]))
        elif "url" in source:
            check_address(source["url"])
        elif not 0 < len(source["text"]) <= LONGEST_PASTE:
            raise InvalidInput(f"Pasted text has 1 to {LONGEST_PASTE} characters.", mend="Upload it as a file.")


def check_built(run: Run) -> None:
    """Raises ``BuildFailed`` with what the run says of itself."""
    if run.state is RunState.FAILED:
        error = run.error or {}
        raise BuildFailed(f"The build failed: {error.get('detail')}", mend=error.get("mend"))
    if run.state is RunState.CANCELLED:
        raise BuildFailed("The build was cancelled.", mend="Start it again if you want it after all.")
    if run.state is RunState.DONE and run.output and not run.output["ok"]:
        raise BuildFailed(str(run.output["sentence"]))


def check_address(url: str) -> None:
    """Raises ``InvalidInput`` for what is no address at all; whether it may be reached is the broker's to say."""
    with spelled():
        parse_url(url)
