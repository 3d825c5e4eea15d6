"""Use cases of conversations: open, say something, branch."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, Literal

from sqlalchemy import Connection

from core.actor import Actor
from core.database import Database, Transaction
from core.errors import Conflict, InvalidInput, NotFound
from core.hashing import record_hash
from core.ids import Ids
from gateway import Gateway
from gateway.config import BUILTIN
from gateway.routing import there_is
from orchestrator.files.store import describe_file
from orchestrator.runs.idempotency import made_before, remember, write_racing
from orchestrator.runs.model import Run, RunKind
from orchestrator.runs.service import Runs
from orchestrator.runs.steps import steps_of
from orchestrator.runs.store import thread_is_busy
from orchestrator.threads import store
from orchestrator.threads.continuing import End, Said, find_end, note_end

LONGEST_MESSAGE = 1_000_000
UNTITLED = "New conversation"


class Unset(Enum):
    """What a caller said nothing about stays as it is."""

    UNSET = "unset"


UNSET = Unset.UNSET
Choice = str | None | Literal[Unset.UNSET]
"""A model by its name; ``None`` leaves it to the routing."""


class Threads:
    """Conversations of an organisation. ``gateway`` knows the models that they can name."""

    def __init__(self, db: Database, ids: Ids, runs: Runs, gateway: Gateway) -> None:
        self._db = db
        self._ids = ids
        self._runs = runs
        self._gateway = gateway

    async def open(
        self, actor: Actor, title: str, key: str | None = None, *, history: Sequence[Said] = ()
    ) -> dict[str, Any]:
        """A new thread, empty but for its ``history``; the one that ``key`` made if it has been used.

        Raises ``InvalidInput`` for a message that nobody could have said.
        """
        for said in history:
            check_message(said.text, [])
        thread = self._ids.new()
        earlier = [store.Message(self._ids.new(), said.role, said.text) for said in history]
        request = record_hash({"thread": title})

        def unit(tx: Transaction) -> dict[str, Any]:
            made = made_before(tx.connection, actor.org, key, request)
            if made is None:
                store.insert_thread(tx, thread, actor.org, title or UNTITLED)
                for message in earlier:
                    store.append_message(tx, actor.org, thread, message)
                state_opened(tx, actor.org, thread, title or UNTITLED)
                remember(tx, actor.org, key, request, thread)
            return store.get_thread(tx.connection, actor.org, made or thread)

        return await write_racing(self._db, unit, brief=True)

    async def say(
        self,
        actor: Actor,
        thread: str,
        text: str,
        *,
        attachments: list[str],
        params: dict[str, Any],
        model: Choice = UNSET,
        key: str | None = None,
        behind: int | None = None,
    ) -> tuple[Run, int]:
        """Put a message into the thread and start the turn that answers it, in one transaction.

        The message keeps the ``model`` that was chosen when it was said, here or before: whoever switches while it
        waits for its turn switches for the next one. Returns the run and the id of the last event before it. Raises
        ``InvalidInput`` on an empty or a huge message and on an unknown model, ``NotFound`` on an unknown thread or
        file, ``Conflict`` where the thread no longer ends at the position ``behind`` which the message was to stand.
        """
        check_message(text, attachments)
        self._check(model)
        message = self._ids.new()
        run_id = self._ids.new()
        said = {"text": text, "thread": thread, "message": message, "attachments": attachments, "params": params}
        request = {name: said[name] for name in ("text", "thread", "attachments", "params")}
        if model is not UNSET:
            request["model"] = model

        def also(tx: Transaction, run: Run) -> None:
            found = store.get_thread(tx.connection, actor.org, thread)
            files = [describe_file(tx.connection, actor.org, file) for file in attachments]
            chosen = found["model"] if model is UNSET else model
            data = {
                "attachments": [{name: file[name] for name in KEPT_OF_FILES} for file in files],
                "params": params,
                "model": chosen,
            }
            whole = store.Message(message, "user", text, data, run.id)
            store.append_message(tx, actor.org, thread, whole, behind=behind)
            if found["title"] == UNTITLED and text.strip():
                store.rename_thread(tx, actor.org, thread, text)
            if chosen != found["model"]:
                self._switch(tx, actor, thread, chosen)

        return await self._runs.start(
            actor,
            RunKind.TURN,
            said,
            thread=thread,
            run_id=run_id,
            key=key,
            request=request,
            also=also,
        )

    async def continued(self, actor: Actor, history: Sequence[Said]) -> End | None:
        """Where the thread ends that holds ``history`` of ``actor`` and no more; ``None`` where there is none."""
        return await self._db.read(lambda connection: find_end(connection, actor, history)) if history else None

    async def told(self, actor: Actor, run: Run, history: Sequence[Said]) -> None:
        """Note what a client holds of the run's thread, now that the run has answered, so that it can go on there."""
        if (thread := run.thread) is not None:
            await write_racing(self._db, lambda tx: note_end(tx, actor, thread, run.id, history), brief=True)

    async def branch(
        self, actor: Actor, thread: str, message: str | None, step: str | None, key: str | None = None
    ) -> dict[str, Any]:
        """A new thread that shares this one's messages up to one, or up to what a run's step was answering.

        The one that ``key`` made if it has been used. Raises ``NotFound`` where there is no such message or step.
        """
        target = self._ids.new()
        request = record_hash({"branch": thread, "message": message, "step": step})

        def unit(tx: Transaction) -> dict[str, Any]:
            made = made_before(tx.connection, actor.org, key, request)
            if made is None:
                source = store.get_thread(tx.connection, actor.org, thread)
                upto = message or message_of_step(tx.connection, actor.org, thread, step or "")
                store.branch(tx, actor.org, source, target, upto)
                state_opened(tx, actor.org, target, source["title"])
                remember(tx, actor.org, key, request, target)
            return store.get_thread(tx.connection, actor.org, made or target)

        return await write_racing(self._db, unit)

    async def change(
        self, actor: Actor, thread: str, *, title: str | None = None, model: Choice = UNSET
    ) -> dict[str, Any]:
        """Give a conversation another title, or another model from its next message on.

        Raises ``NotFound``, and ``InvalidInput`` for an unknown model.
        """
        self._check(model)
        change = self._ids.new()

        def unit(tx: Transaction) -> dict[str, Any]:
            before = store.get_thread(tx.connection, actor.org, thread)
            if title is not None:
                store.rename_thread(tx, actor.org, thread, title)
                renamed = store.get_thread(tx.connection, actor.org, thread)["title"]
                data = {"thread": thread, "title": renamed}
                tx.emit("thread.renamed", data, key=f"thread.renamed:{thread}:{change}", org=actor.org)
            if model is not UNSET and model != before["model"]:
                self._switch(tx, actor, thread, model)
            return store.get_thread(tx.connection, actor.org, thread)

        return await self._db.write(unit)

    async def delete(self, actor: Actor, thread: str) -> None:
        """Forget a conversation. Raises ``Conflict`` while something in it is running."""

        def unit(tx: Transaction) -> None:
            if thread_is_busy(tx.connection, thread):
                raise Conflict("A run of this thread is running.", mend="Cancel it, or wait until it has ended.")
            store.delete_thread(tx, actor.org, thread)
            tx.emit("thread.deleted", {"thread": thread}, key=f"thread.deleted:{thread}", org=actor.org)

        await self._db.write(unit)

    def _check(self, model: Choice) -> None:
        config = self._gateway.config
        if isinstance(model, str) and not there_is(config, model):
            known = ", ".join([*config.models, BUILTIN])
            raise InvalidInput(
                f"There is no model {model[:100]!r}.",
                mend=f"Name one of these: {known}.",
            )

    def _switch(self, tx: Transaction, actor: Actor, thread: str, model: str | None) -> None:
        store.choose_model(tx, thread, model)
        data = {"thread": thread, "model": model, "by": actor.id}
        tx.emit("thread.switched", data, key=f"thread.switched:{thread}:{self._ids.new()}", org=actor.org)


def state_opened(tx: Transaction, org: str, thread: str, title: str) -> None:
    """That there is a new conversation: the page's list shows it in every tab."""
    tx.emit("thread.opened", {"thread": thread, "title": title}, key=f"thread.opened:{thread}", org=org)


def message_of_step(connection: Connection, org: str, thread: str, place: str) -> str:
    """The message that a run's step was answering; ``place`` is ``run/step``, or a run alone. Raises ``NotFound``."""
    run, _, step = place.partition("/")
    message = store.message_of_run(connection, thread, run)
    if step and step not in {each["step"] for each in steps_of(connection, org, run)}:
        raise NotFound(f"Run {run!r} has no step {step!r}.", mend=f"See the steps of GET /v1/runs/{run}.")
    return message


KEPT_OF_FILES = ("id", "name", "media_type", "size")


def check_message(text: str, attachments: list[str]) -> None:
    if not text.strip() and not attachments:
        raise InvalidInput("The message is empty.", mend="Say something, or attach a file.")
    if len(text) > LONGEST_MESSAGE:
        raise InvalidInput(
            f"The message has {len(text)} characters; at most {LONGEST_MESSAGE} are read.",
            mend="Attach long documents as a file.",
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("The message holds half a surrogate pair, which is no text.") from error
