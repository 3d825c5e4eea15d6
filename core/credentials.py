"""The credential store: values go in, references come out; only the broker reveals one, for one request."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import rfc3339
from core.database import Database, Transaction, metadata
from core.errors import InvalidInput, NotFound, Unavailable
from core.keyring import Keyring

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._/-]{0,127}")
LONGEST_VALUE = 64 * 1024
ROTATION_LOCK = 0x6B657973

credentials = Table(
    "credentials",
    metadata,
    Column("org", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)


class CredentialStore:
    """Secrets of an organisation, encrypted at rest. No method but ``reveal`` returns a value."""

    def __init__(self, db: Database, keyring: Keyring) -> None:
        self._db = db
        self._keyring = keyring

    async def set(self, org: str, name: str, value: str) -> None:
        """Store or replace the secret ``name``. Raises ``InvalidInput`` on a bad name, an empty or a huge value."""
        if not NAME.fullmatch(name):
            raise InvalidInput(
                "A credential's name has 1 to 128 letters, digits, dots, dashes, slashes or underscores.",
                mend="Choose a name such as openweather or github/token.",
            )
        secret = value.encode(errors="surrogatepass")
        if not secret or len(secret) > LONGEST_VALUE:
            raise InvalidInput("A credential's value has between 1 byte and 64 KiB.")

        def unit(tx: Transaction) -> None:
            hold_keys(tx, shared=True)
            put(tx, org, name, self._keyring.seal(secret))

        await self._db.write(unit)

    async def reveal(self, org: str, name: str) -> str:
        """The secret itself, for the request that needs it. Raises ``NotFound``."""
        try:
            return await self._opened(org, name)
        except Unavailable:
            # A rotation may have come between reading the row and opening it.
            return await self._opened(org, name)

    async def list(self, org: str) -> list[dict[str, Any]]:
        """Names and times, never values."""
        return await self._db.read(lambda connection: names(connection, org))

    async def remove(self, org: str, name: str) -> None:
        """Forget the secret. Raises ``NotFound``."""

        def unit(tx: Transaction) -> int:
            statement = delete(credentials).where(credentials.c.org == org, credentials.c.name == name)
            return tx.execute(statement).rowcount

        if not await self._db.write(unit):
            raise NotFound(f"There is no credential named {name!r}.")

    async def rotate_keys(self) -> int:
        """Make a new key, move every secret of every organisation under it, drop the old keys. Returns the count.

        Killed between the steps it leaves more keys than needed, never a secret without its key; run it again.
        """
        older = await asyncio.to_thread(self._keyring.rotate)
        moved = await self._db.write(self._reseal_all)
        await asyncio.to_thread(self._keyring.forget, older)
        return moved

    async def _opened(self, org: str, name: str) -> str:
        query = select(credentials.c.sealed).where(credentials.c.org == org, credentials.c.name == name)
        sealed: str | None = await self._db.read(lambda connection: connection.execute(query).scalar())
        if sealed is None:
            raise NotFound(f"There is no credential named {name!r}.", mend=f"Set it: nexus credentials set {name}")
        return self._keyring.open(sealed).decode(errors="surrogatepass")

    def _reseal_all(self, tx: Transaction) -> int:
        hold_keys(tx, shared=False)
        rows = tx.execute(select(credentials)).all()
        for row in rows:
            where = (credentials.c.org == row.org, credentials.c.name == row.name)
            tx.execute(update(credentials).where(*where).values(sealed=self._resealed(row.name, row.sealed)))
        return len(rows)

    def _resealed(self, name: str, sealed: str) -> str:
        try:
            return self._keyring.reseal(sealed)
        except Unavailable as error:
            raise Unavailable(
                f"The credential {name!r} cannot be opened, so the keys stay as they are.",
                mend="Set it again or remove it, then rotate again.",
            ) from error


def hold_keys(tx: Transaction, *, shared: bool) -> None:
    """Until the commit: let others store secrets too (``shared``), or nobody, because all are being moved.

    On SQLite there is one writer at a time anyway.
    """
    if tx.connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        tx.execute(select(lock(ROTATION_LOCK)))


def put(tx: Transaction, org: str, name: str, sealed: str) -> None:
    now = rfc3339(tx.now)
    replacing = (
        update(credentials)
        .where(credentials.c.org == org, credentials.c.name == name)
        .values(sealed=sealed, updated_at=now)
    )
    if tx.execute(replacing).rowcount:
        return
    try:
        with tx.connection.begin_nested():
            tx.execute(credentials.insert().values(org=org, name=name, sealed=sealed, created_at=now, updated_at=now))
    except IntegrityError:
        # Somebody stored it in the same moment: the later one stays.
        tx.execute(replacing)


def names(connection: Connection, org: str) -> list[dict[str, Any]]:
    query = (
        select(credentials.c.name, credentials.c.created_at, credentials.c.updated_at)
        .where(credentials.c.org == org)
        .order_by(credentials.c.name)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
