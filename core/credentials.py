"""The credential store: values go in, references come out; only the broker reveals one, for one request."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, delete, select, update

from core.clock import rfc3339
from core.database import Database, Transaction, metadata
from core.errors import InvalidInput, NotFound
from core.keyring import Keyring

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._/-]{0,127}")
LONGEST_VALUE = 64 * 1024

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
        if not value or len(value.encode()) > LONGEST_VALUE:
            raise InvalidInput("A credential's value has between 1 byte and 64 KiB.")
        sealed = self._keyring.seal(value.encode())
        await self._db.write(lambda tx: put(tx, org, name, sealed))

    async def reveal(self, org: str, name: str) -> str:
        """The secret itself, for the request that needs it. Raises ``NotFound``."""
        sealed = await self._db.read(
            lambda connection: connection.execute(
                select(credentials.c.sealed).where(credentials.c.org == org, credentials.c.name == name)
            ).scalar()
        )
        if sealed is None:
            raise NotFound(f"There is no credential named {name!r}.", mend=f"Set it: nexus credentials set {name}")
        return self._keyring.open(sealed).decode()

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
        """Make a new key, move every secret of every organisation under it, drop the old keys. Returns the count."""
        self._keyring.rotate()

        def unit(tx: Transaction) -> int:
            rows = tx.execute(select(credentials)).all()
            for row in rows:
                tx.execute(
                    update(credentials)
                    .where(credentials.c.org == row.org, credentials.c.name == row.name)
                    .values(sealed=self._keyring.reseal(row.sealed))
                )
            return len(rows)

        moved = await self._db.write(unit)
        self._keyring.forget_old_keys()
        return moved


def put(tx: Transaction, org: str, name: str, sealed: str) -> None:
    now = rfc3339(tx.now)
    changed = tx.execute(
        update(credentials)
        .where(credentials.c.org == org, credentials.c.name == name)
        .values(sealed=sealed, updated_at=now)
    ).rowcount
    if not changed:
        tx.execute(credentials.insert().values(org=org, name=name, sealed=sealed, created_at=now, updated_at=now))


def names(connection: Connection, org: str) -> list[dict[str, Any]]:
    query = (
        select(credentials.c.name, credentials.c.created_at, credentials.c.updated_at)
        .where(credentials.c.org == org)
        .order_by(credentials.c.name)
    )
    return [dict(row._mapping) for row in connection.execute(query)]
