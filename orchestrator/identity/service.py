"""Use cases of identity: who is this, let a browser in once, end a session."""

from __future__ import annotations

from core.actor import Actor, Role
from core.clock import Clock, rfc3339
from core.database import Database, Transaction
from core.errors import Conflict, Unauthenticated
from core.ids import Ids
from orchestrator.identity import store
from orchestrator.identity.model import HOME_ORG, Key, KeyKind
from orchestrator.identity.secret import digest, new_token, well_formed


class Identity:
    """Knows keys, sessions and one-time links by their hashes."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def by_key(self, secret: str) -> Actor:
        """The caller who sent this key. Raises ``Unauthenticated`` where it is unknown or revoked."""
        key = None
        if well_formed(secret):
            hashed = digest(secret)
            key = await self._db.read(lambda connection: store.key_by_secret(connection, hashed))
        if key is None:
            raise Unauthenticated("This key is unknown.")
        if key.revoked_at is not None:
            raise Unauthenticated("This key has been revoked.")
        return key.actor

    async def by_session(self, token: str) -> Actor:
        """The caller behind a session cookie. Raises ``Unauthenticated`` where it has ended."""
        key = None
        if well_formed(token):
            hashed, now = digest(token), rfc3339(self._clock.now())
            key = await self._db.read(lambda connection: store.key_by_session(connection, hashed, now))
        if key is None:
            raise Unauthenticated(
                "This session has ended.", mend="Open a new one-time link: `nexus serve` prints one at each start."
            )
        return key.actor

    async def admit_owner(self, secret: str, *, alone: bool) -> Actor:
        """Make the owner's key known. ``alone``: it replaces every owner key before it, so that a key file which
        was deleted (because it leaked, say) opens nothing any more.

        Raises ``Conflict`` where this very key has been revoked.
        """
        hashed = digest(secret)

        def unit(tx: Transaction) -> Key:
            key = store.key_by_secret(tx.connection, hashed)
            if key is None:
                key = Key(
                    id=self._ids.new(),
                    org=HOME_ORG,
                    name="owner.key",
                    kind=KeyKind.OWNER,
                    role=Role.OWNER,
                    created_at=rfc3339(tx.now),
                    revoked_at=None,
                )
                store.insert_key(tx, key, hashed)
            for other in store.other_owner_keys(tx.connection, hashed) if alone else ():
                store.revoke_key(tx, other)
            return key

        key = await self._db.write(unit)
        if key.revoked_at is not None:
            raise Conflict(
                "The owner key in the data directory has been revoked.",
                mend="Delete the file owner.key there and start again: a new key is made.",
            )
        return key.actor

    async def open_link(self, code: str, actor: Actor) -> None:
        """Let ``code`` be exchanged for a session of ``actor``, once, within ``LINK_LIFE``."""
        hashed = digest(code)
        await self._db.write(lambda tx: store.insert_link(tx, hashed, actor.id))

    async def begin_session(self, code: str) -> str:
        """Exchange a one-time code for a session token. Raises ``Unauthenticated`` where it is used, old or unknown."""
        hashed, token = digest(code), new_token()

        def unit(tx: Transaction) -> bool:
            key_id = store.take_link(tx, hashed)
            if key_id is not None:
                store.insert_session(tx, digest(token), key_id)
            return key_id is not None

        if not well_formed(code) or not await self._db.write(unit):
            raise Unauthenticated(
                "This link has been used already, or is too old.",
                mend="Start `nexus serve` again: it prints a new one.",
            )
        return token

    async def end_session(self, token: str) -> None:
        """Forget a session. Ending one that has ended is no error."""
        hashed = digest(token)
        await self._db.write(lambda tx: store.delete_session(tx, hashed))

    async def describe(self, actor: Actor) -> Key | None:
        """The key behind ``actor``."""
        return await self._db.read(lambda connection: store.key_by_id(connection, actor.id))
