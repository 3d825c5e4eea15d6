"""Puts a routing in force, keeps its versions, and follows the file and the other processes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from core.database import Database, Transaction
from core.errors import Conflict, InvalidInput, NexusError, NotFound
from core.hashing import record_hash
from gateway import Gateway, GatewayConfig, LitellmWorker
from orchestrator.identity.model import HOME_ORG
from orchestrator.routing import store
from orchestrator.routing.file import read_llm
from orchestrator.routing.store import RoutingVersion, Source
from orchestrator.runs.idempotency import made_before, remember

log = logging.getLogger(__name__)

Bind = Callable[[Transaction, RoutingVersion], None]
EVENT = "policy.changed"
FILE_OWNER = "nexus.toml"
_LOOK_SECONDS = 1.0


class Routing:
    """The routing in force. ``problem`` is what is wrong with nexus.toml, while the routing before it stays."""

    def __init__(
        self, db: Database, gateway: Gateway, worker: LitellmWorker, *, file: Path | None = None, shared: bool = False
    ) -> None:
        """``shared``: other processes use the database, too."""
        self._db = db
        self._gateway = gateway
        self._worker = worker
        self._file = file
        self._shared = shared
        self._seen: object = None
        self._active: RoutingVersion | None = None
        self._watching: asyncio.Task[None] | None = None
        self._warming: asyncio.Task[None] | None = None
        self.problem: str | None = None

    @property
    def active(self) -> RoutingVersion | None:
        """The version in force; ``None`` while nobody has configured anything."""
        return self._active

    async def start(self, document: Mapping[str, Any]) -> None:
        """Take what the settings say, or what is stored where they say nothing new; then follow both.

        Raises ``InvalidInput`` where the settings' routing is not right: nothing runs on half of it.
        """
        GatewayConfig.parse(document)
        self._seen = self._stamp()
        await self._take_file(document)
        await self._reload()
        self._watching = asyncio.create_task(self._watch())

    async def aclose(self) -> None:
        """Stop following."""
        for task in (self._watching, self._warming):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def put(self, document: Mapping[str, Any], *, by: str, after: int | None = None) -> RoutingVersion:
        """A new version, in force at once. ``after``: the version that the change was made to.

        Raises ``InvalidInput`` and changes nothing where the document is not right, ``Conflict`` where another version
        came in between.
        """
        return await self._append(document, "http", by, after)

    async def rollback(self, version: int, *, by: str, key: str | None = None) -> RoutingVersion:
        """An old version again, as a new one; the one that ``key`` made if it has been used.

        Raises ``NotFound``; ``InvalidInput`` where it does not hold any more, or the key was used for another request.
        """
        request = record_hash({"routing": "rollback", "version": version})

        def made(connection: Connection) -> RoutingVersion | None:
            number = made_before(connection, HOME_ORG, key, request)
            return None if number is None else store.version(connection, int(number))

        def bind(tx: Transaction, new: RoutingVersion) -> None:
            remember(tx, HOME_ORG, key, request, str(new.version))

        if (before := await self._db.read(made)) is not None:
            return before
        found = await self._db.read(lambda connection: store.version(connection, version))
        if found is None:
            raise NotFound(f"The routing has no version {version}.")
        try:
            return await self._append(found.document, "rollback", by, None, bind)
        except Conflict:
            # The same request may have come twice in the same moment.
            if (before := await self._db.read(made)) is not None:
                return before
            raise

    async def history(self, limit: int = 50) -> list[RoutingVersion]:
        """The newest versions first."""
        return await self._db.read(lambda connection: store.history(connection, limit))

    async def _append(
        self, document: Mapping[str, Any], source: Source, by: str, after: int | None, bind: Bind | None = None
    ) -> RoutingVersion:
        """``bind`` writes what belongs to the new version in the same transaction."""
        config = GatewayConfig.parse(document)
        kept: dict[str, Any] = config.model_dump(mode="json", exclude_defaults=True)
        # Before it is stored: what cannot be in force is no version.
        self._configure(config)

        def unit(tx: Transaction) -> RoutingVersion:
            newest = store.newest(tx.connection)
            if after is not None and after != (newest.version if newest else 0):
                raise Conflict("The routing was changed meanwhile.", version=newest.version if newest else 0)
            made = store.append(tx, kept, source, by)
            data = {"policy": "routing", "version": made.version, "source": source, "by": by}
            tx.emit(EVENT, data, key=f"{EVENT}:routing:{made.version}", org=HOME_ORG)
            if bind is not None:
                bind(tx, made)
            return made

        try:
            self._active = await self._db.write(unit)
        except BaseException as error:
            await self._reload()
            if isinstance(error, IntegrityError):
                raise Conflict("The routing was changed in the same moment.") from error
            raise
        return self._active

    async def _take_file(self, document: Mapping[str, Any]) -> None:
        """Make a version of what nexus.toml says, where that is new."""
        config = GatewayConfig.parse(document)
        kept = config.model_dump(mode="json", exclude_defaults=True)
        last = await self._db.read(lambda connection: store.newest(connection, "nexus.toml"))
        if kept != (last.document if last is not None else {}):
            await self._append(kept, "nexus.toml", FILE_OWNER, None)

    async def _reload(self) -> None:
        """Put the newest stored version in force."""
        found = await self._db.read(store.newest)
        self._configure(GatewayConfig.parse(found.document if found is not None else {}))
        self._active = found

    def _configure(self, config: GatewayConfig) -> None:
        self._gateway.configure(config)
        if config.models and self._warming is None:
            # litellm takes seconds to import: begun now, so that the first call does not wait for it.
            self._warming = asyncio.create_task(self._warm())

    async def _warm(self) -> None:
        try:
            await self._worker.start()
        except NexusError as error:
            log.warning("%s %s", error.detail, error.mend)

    async def _watch(self) -> None:
        """Each second: the file, where it was written, and what another process may have stored."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                await self.look()
            if self._shared:
                await self._follow()

    async def _follow(self) -> None:
        with contextlib.suppress(NexusError):
            found = await self._db.read(store.newest)
            if found is not None and (self._active is None or found.version > self._active.version):
                await self._reload()

    async def look(self) -> None:
        """Take what the file says now. A broken one changes nothing, and is told."""
        if self._file is None:
            return
        try:
            await self._take_file(await asyncio.to_thread(read_llm, self._file))
            self.problem = None
        except (InvalidInput, Conflict) as error:
            self.problem = error.detail
            log.warning("The routing of %s is not taken: %s", self._file.name, error.detail)

    def _stamp(self) -> object:
        try:
            found = self._file.stat() if self._file is not None else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino) if found is not None else None
