"""Keys, links and sessions on both engines, with the clock held."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.actor import Actor, Role
from core.clock import rfc3339
from core.database import Database, open_database
from core.errors import Conflict, Unauthenticated
from core.ids import TimeOrderedIds
from orchestrator.identity import store
from orchestrator.identity.model import LINK_LIFE, SESSION_LIFE, Key, KeyKind
from orchestrator.identity.secret import digest, new_key, new_token
from orchestrator.identity.service import Identity


class HeldClock:
    """Time that moves when told."""

    def __init__(self) -> None:
        self.moment = datetime(2025, 1, 15, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def held(migrated_database_url: str, clock: HeldClock):
    """A database whose transactions read the held clock."""
    database = open_database(migrated_database_url, clock=clock)
    yield database
    await database.aclose()


@pytest.fixture
def identity(held: Database, clock: HeldClock) -> Identity:
    return Identity(held, clock, TimeOrderedIds(clock))


@pytest.fixture
async def owner(identity: Identity) -> Actor:
    return await identity.admit_owner(new_key(), alone=True)


async def hand_out(database: Database, role: Role) -> tuple[Key, str]:
    """A key for a program."""
    secret = new_key()
    key = Key(
        id=f"key-{role.name}",
        org="home",
        name="program",
        kind=KeyKind.PROGRAM,
        role=role,
        created_at=rfc3339(datetime.now(UTC)),
        revoked_at=None,
    )
    await database.write(lambda tx: store.insert_key(tx, key, digest(secret)))
    return key, secret


@pytest.mark.parametrize("role", list(Role))
async def test_a_key_is_its_role(identity: Identity, held: Database, role: Role) -> None:
    key, secret = await hand_out(held, role)

    assert await identity.by_key(secret) == Actor(id=key.id, org="home", role=role)


async def test_a_revoked_key_opens_nothing_and_its_sessions_end(identity: Identity, held: Database) -> None:
    key, secret = await hand_out(held, Role.ADMIN)
    code, unused = new_token(), new_token()
    await identity.open_link(code, key.actor)
    await identity.open_link(unused, key.actor)
    session = await identity.begin_session(code)
    await identity.by_session(session)
    assert await held.write(lambda tx: store.revoke_key(tx, key))

    with pytest.raises(Unauthenticated, match="revoked"):
        await identity.by_key(secret)
    with pytest.raises(Unauthenticated):
        await identity.by_session(session)
    with pytest.raises(Unauthenticated):
        await identity.begin_session(unused)
    assert not await held.write(lambda tx: store.revoke_key(tx, key)), "once"


async def test_of_two_who_open_a_link_at_once_one_comes_in(identity: Identity, owner: Actor) -> None:
    code = new_token()
    await identity.open_link(code, owner)
    came = await asyncio.gather(*(identity.begin_session(code) for _ in range(8)), return_exceptions=True)

    assert len([token for token in came if isinstance(token, str)]) == 1
    assert len([refused for refused in came if isinstance(refused, Unauthenticated)]) == 7


async def test_a_link_lives_shortly(identity: Identity, owner: Actor, clock: HeldClock) -> None:
    early, late = new_token(), new_token()
    await identity.open_link(early, owner)
    await identity.open_link(late, owner)
    clock.moment += LINK_LIFE - timedelta(seconds=1)
    assert await identity.begin_session(early)

    clock.moment += timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        await identity.begin_session(late)


async def test_a_session_ends_by_itself(identity: Identity, owner: Actor, clock: HeldClock) -> None:
    code = new_token()
    await identity.open_link(code, owner)
    session = await identity.begin_session(code)
    clock.moment += SESSION_LIFE - timedelta(seconds=1)
    assert await identity.by_session(session) == owner

    clock.moment += timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        await identity.by_session(session)


async def test_ending_a_session_ends_that_one_alone(identity: Identity, owner: Actor) -> None:
    codes = [new_token(), new_token()]
    for code in codes:
        await identity.open_link(code, owner)
    first, second = [await identity.begin_session(code) for code in codes]
    await identity.end_session(first)
    await identity.end_session(first)

    with pytest.raises(Unauthenticated):
        await identity.by_session(first)
    assert await identity.by_session(second) == owner


async def test_the_owner_is_admitted_once_however_often_it_starts(identity: Identity) -> None:
    secret = new_key()

    assert await identity.admit_owner(secret, alone=True) == await identity.admit_owner(secret, alone=True)


async def test_beside_others_a_new_owner_key_replaces_none(identity: Identity) -> None:
    first, second = new_key(), new_key()
    await identity.admit_owner(first, alone=False)
    await identity.admit_owner(second, alone=False)
    assert (await identity.by_key(first)).role is Role.OWNER

    await identity.admit_owner(second, alone=True)
    with pytest.raises(Unauthenticated):
        await identity.by_key(first)
    with pytest.raises(Conflict, match="revoked"):
        await identity.admit_owner(first, alone=False)
    assert (await identity.by_key(second)).role is Role.OWNER


async def test_the_database_knows_no_secret(identity: Identity, held: Database, owner: Actor) -> None:
    code = new_token()
    await identity.open_link(code, owner)
    links = await held.read(lambda connection: str(connection.execute(store.login_links.select()).all()))
    session = await identity.begin_session(code)
    sessions = await held.read(lambda connection: str(connection.execute(store.sessions.select()).all()))

    assert digest(code) in links
    assert code not in links
    assert digest(session) in sessions
    assert session not in sessions
