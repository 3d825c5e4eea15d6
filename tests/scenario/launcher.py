"""``nexus serve`` for tests: the same program, made to die at an exact instant or to live by shorter times.

Nothing of the product is replaced, only wrapped. What to do stands in the environment:

``TEST_KILL``      ``MOMENT EVENT [NODE]``: kill -9 ourselves at the first unit of work that states this event (of
                   this node). ``before``: while it runs, so that it is lost; ``after``: as soon as it is committed;
                   ``commit``: when everything is written and only SQLite's COMMIT is missing, after a pause in
                   which a hasty service would have told somebody; ``stop``: no kill, but SIGSTOP, while the unit
                   runs and holds its locks.
                   ``checkpoint NODE``: when LangGraph saves what this node returned; ``checkpointed NODE``: when it
                   has; ``interrupt -``: when it is about to save an interrupt.
``TEST_PAUSE``     a Unix socket: after its first words every answer of the builtin provider waits until whoever listens
                   there hangs up.
``TEST_LEASE``     seconds that the process's lease lives; it beats five times as often.
``TEST_VERSION``   the version of both graphs, as another release would have it.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

from core.database import Transaction
from core.database.postgres import PostgresDatabase
from core.database.sqlite import SqliteDatabase
from core.database.writer import Writer
from gateway import ModelRequest, ModelResult, TextDelta

PR_SET_PDEATHSIG = 1
HASTE_SECONDS = 0.2


def launch(variables: dict[str, str], folder: Path, log: Path) -> None:
    """What a forked process does: become one of its own, with this environment, and serve."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    main()


def main() -> None:
    """Serve, prepared."""
    if order := os.environ.get("TEST_KILL"):
        moment, name, *node = order.split()
        if moment in ("before", "after", "commit", "stop"):
            die_at_event(moment, name, node[0] if node else None)
        else:
            die_at_checkpoint(moment, name)
    if listener := os.environ.get("TEST_PAUSE"):
        pause_after_first_words(listener)
    if lease := os.environ.get("TEST_LEASE"):
        shorten_leases(float(lease))
    if version := os.environ.get("TEST_VERSION"):
        release(version)
    from orchestrator.cli import main as nexus

    sys.argv = ["nexus", "serve"]
    nexus()


def die(*_anything: object) -> None:
    """Now, as if the power had gone."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_event(moment: str, name: str, node: str | None) -> None:
    """Wrap what states events and what commits them."""
    stated = Transaction.emit
    current = threading.local()
    stopped: list[bool] = []

    def emit(self: Transaction, type: str, data: Any, **keys: Any) -> None:
        stated(self, type, data, **keys)
        if type == name and (node is None or node in (data.get("node"), data.get("stage"), data.get("kind"))):
            if moment == "before":
                die()
            if moment == "commit":
                die_at_commit()
            if moment == "stop" and not stopped:
                stopped.append(True)
                os.kill(os.getpid(), signal.SIGSTOP)
            current.matched = moment == "after"

    Transaction.emit = emit
    for engine in (SqliteDatabase, PostgresDatabase):
        engine.write = dying_after(engine.write, current)


def die_at_commit() -> None:
    """Let the writer's next COMMIT be its last. A connection is C and cannot be wrapped, so its place is taken."""

    class Doomed:
        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

        def execute(self, statement: str, *parameters: Any) -> Any:
            if statement == "COMMIT":
                time.sleep(HASTE_SECONDS)
                die()
            return self._connection.execute(statement, *parameters)

    for writer in (each for each in gc.get_objects() if isinstance(each, Writer)):
        writer._raw = cast("Any", Doomed(writer._raw))


def dying_after(write: Callable[..., Any], current: threading.local) -> Callable[..., Any]:
    """``Database.write`` that dies once a unit is committed that set ``current.matched``."""

    async def wrapped(self: Any, unit: Any, **how: Any) -> Any:
        matched: list[bool] = []

        def watched(tx: Transaction) -> Any:
            current.matched = False
            value = unit(tx)
            matched[:] = [current.matched]
            return value

        value = await write(self, watched, **how)
        if matched == [True]:
            die()
        return value

    return wrapped


def die_at_checkpoint(moment: str, node: str) -> None:
    """Wrap LangGraph's savers. What a node wrote is in the checkpoint's channels by the name of its branch."""
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    for saver in (AsyncSqliteSaver, AsyncPostgresSaver):
        put, put_writes = saver.aput, saver.aput_writes

        async def aput(self: Any, config: Any, checkpoint: Any, *rest: Any, put: Any = put) -> Any:
            ours = moment != "interrupt" and has_seen(checkpoint, node)
            if ours and moment == "checkpoint":
                die()
            saved = await put(self, config, checkpoint, *rest)
            if ours and moment == "checkpointed":
                die()
            return saved

        async def aput_writes(self: Any, config: Any, writes: Any, *rest: Any, put: Any = put_writes) -> Any:
            if moment == "interrupt" and any(channel == "__interrupt__" for channel, _ in writes):
                die()
            return await put(self, config, writes, *rest)

        setattr(saver, "aput", aput)  # noqa: B010 - not a method of the declared type: it only counts the calls
        setattr(saver, "aput_writes", aput_writes)  # noqa: B010


def has_seen(checkpoint: Any, node: str) -> bool:
    """Whether this checkpoint is the first that knows the node as done."""
    return bool(checkpoint["versions_seen"].get(node))


def pause_after_first_words(listener: str) -> None:
    """An answer that takes as long as somebody wants."""
    from gateway.builtin.provider import BuiltinProvider

    speak = BuiltinProvider.stream

    async def stream(self: BuiltinProvider, request: ModelRequest) -> AsyncIterator[TextDelta | ModelResult]:
        words = speak(self, request)
        yield await anext(words)
        reader, writer = await asyncio.open_unix_connection(listener)
        await reader.read()
        writer.close()
        async for part in words:
            yield part

    BuiltinProvider.stream = stream


def shorten_leases(seconds: float) -> None:
    """The sweeper's own defaults, shorter."""
    from orchestrator.runs.sweeper import Sweeper

    defaults = Sweeper.__init__.__kwdefaults__ or {}
    defaults["lease_seconds"], defaults["seconds"] = seconds, seconds / 5


def release(version: str) -> None:
    """Graphs of another release."""
    from orchestrator.builds import machine as build
    from orchestrator.graph import machine as turn

    turn.VERSION = f"turn/{version}"
    build.VERSION = f"build/{version}"
