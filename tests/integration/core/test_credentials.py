"""The credential store on both engines: write-only, encrypted at rest, rotated without losing anything."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from core.credentials import CredentialStore, credentials
from core.database import Database, Transaction, open_database
from core.errors import InvalidInput, NotFound, Unavailable
from core.keyring import Keyring

SECRET = "s3cr3t välue 🗝"


@pytest.fixture
def keyring(data_dir: Path) -> Keyring:
    return Keyring(data_dir / "keyring")


@pytest.fixture
def store(database: Database, keyring: Keyring) -> CredentialStore:
    return CredentialStore(database, keyring)


def sealed(connection: Connection) -> dict[str, str]:
    return {row.name: row.sealed for row in connection.execute(select(credentials))}


async def test_a_secret_is_revealed_to_its_organisation_only(store: CredentialStore) -> None:
    await store.set("o", "weather", SECRET)
    assert await store.reveal("o", "weather") == SECRET
    for org, name in (("other", "weather"), ("o", "Weather"), ("o", "nothing")):
        with pytest.raises(NotFound):
            await store.reveal(org, name)


async def test_names_and_times_are_listed_and_never_values(store: CredentialStore, database: Database) -> None:
    await store.set("o", "b", SECRET)
    await store.set("o", "a", SECRET)
    listed = await store.list("o")
    assert [entry["name"] for entry in listed] == ["a", "b"]
    assert {key for entry in listed for key in entry} == {"name", "created_at", "updated_at"}
    assert SECRET not in str(await database.read(sealed))


async def test_setting_again_replaces_and_removing_forgets(store: CredentialStore) -> None:
    await store.set("o", "weather", "first")
    (before,) = await store.list("o")
    await store.set("o", "weather", SECRET)
    (after,) = await store.list("o")
    assert await store.reveal("o", "weather") == SECRET
    assert before["created_at"] == after["created_at"]
    assert before["updated_at"] < after["updated_at"]
    await store.remove("o", "weather")
    for attempt in (store.reveal("o", "weather"), store.remove("o", "weather")):
        with pytest.raises(NotFound):
            await attempt


async def test_two_who_set_one_name_at_once_both_succeed(store: CredentialStore) -> None:
    await asyncio.gather(*(store.set("o", "weather", f"value {number}") for number in range(16)))
    assert (await store.reveal("o", "weather")).startswith("value ")
    assert len(await store.list("o")) == 1


@pytest.mark.parametrize("name", ["", "-a", "a b", "a\n", "a" * 129, "ä", "../x"])
async def test_bad_names_are_refused(store: CredentialStore, name: str) -> None:
    with pytest.raises(InvalidInput):
        await store.set("o", name, SECRET)


@pytest.mark.parametrize("value", ["", "x" * (64 * 1024 + 1)])
async def test_empty_and_huge_values_are_refused(store: CredentialStore, value: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        await store.set("o", "weather", value)
    assert len(raised.value.detail) < 200


async def test_a_rotation_moves_every_secret_and_drops_the_old_key(
    store: CredentialStore, database: Database, keyring: Keyring, data_dir: Path
) -> None:
    for number in range(5):
        await store.set(f"org {number % 2}", f"name{number}", f"value {number}")
    before, old = await database.read(sealed), (data_dir / "keyring").read_bytes()
    assert await store.rotate_keys() == 5
    after, new = await database.read(sealed), (data_dir / "keyring").read_bytes()
    assert all(before[name] != after[name] for name in before)
    assert len(new.split()) == 1
    assert new != old
    assert [await store.reveal(f"org {number % 2}", f"name{number}") for number in range(5)] == [
        f"value {number}" for number in range(5)
    ]
    with pytest.raises(Unavailable):
        keyring.open(before["name0"])


@pytest.mark.parametrize("killed_after", ["rotate", "reseal"])
async def test_a_rotation_killed_between_its_steps_loses_nothing_and_can_be_run_again(
    store: CredentialStore, database: Database, data_dir: Path, killed_after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.set("o", "weather", SECRET)

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    step = ("_reseal_all", CredentialStore) if killed_after == "rotate" else ("forget", Keyring)
    with monkeypatch.context() as patch:
        patch.setattr(step[1], step[0], killed)
        (outcome,) = await asyncio.gather(quietly(store.rotate_keys), return_exceptions=True)
    assert outcome == "killed"

    restarted = CredentialStore(database, Keyring(data_dir / "keyring"))
    assert await restarted.reveal("o", "weather") == SECRET
    assert await restarted.rotate_keys() == 1
    assert await restarted.reveal("o", "weather") == SECRET
    assert len((data_dir / "keyring").read_bytes().split()) == 1


async def quietly(work: Callable[[], object]) -> object:
    """Run what a kill ends, without ending the test."""
    try:
        return await work()  # type: ignore[misc]
    except KeyboardInterrupt:
        return "killed"


async def test_secrets_stored_while_keys_rotate_in_two_processes_all_open(
    migrated_database_url: str, data_dir: Path
) -> None:
    databases = [open_database(migrated_database_url) for _ in range(2)]
    stores = [CredentialStore(database, Keyring(data_dir / "keyring")) for database in databases]

    async def set_many(place: int) -> None:
        for number in range(25):
            await stores[place % 2].set("o", f"{place}/{number}", f"{place} {number}")

    async def rotate(place: int) -> None:
        for _ in range(4):
            await stores[place].rotate_keys()

    await asyncio.gather(*(set_many(place) for place in range(4)), rotate(0), rotate(1))
    await asyncio.gather(*(stores[0].rotate_keys(), stores[1].reveal("o", "0/0")))
    for place in range(4):
        for number in range(25):
            assert await stores[number % 2].reveal("o", f"{place}/{number}") == f"{place} {number}"
    assert len((data_dir / "keyring").read_bytes().split()) == 1
    for database in databases:
        await database.aclose()


async def test_with_another_keyring_a_secret_is_unavailable_and_a_rotation_changes_nothing(
    store: CredentialStore, database: Database, tmp_path: Path
) -> None:
    await store.set("o", "weather", SECRET)
    before = await database.read(sealed)
    stranger = CredentialStore(database, Keyring(tmp_path / "other"))
    with pytest.raises(Unavailable) as raised:
        await stranger.reveal("o", "weather")
    assert "keyring" in raised.value.mend
    with pytest.raises(Unavailable) as refused:
        await stranger.rotate_keys()
    assert "weather" in refused.value.detail
    assert await database.read(sealed) == before
    assert await store.reveal("o", "weather") == SECRET


async def test_no_secret_stands_in_an_error(
    store: CredentialStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tx: Transaction, org: str, name: str, sealed: str) -> None:
        row = {"org": org, "name": name, "sealed": sealed, "created_at": None, "updated_at": None}
        tx.execute(credentials.insert().values(**row))

    monkeypatch.setattr("core.credentials.put", broken)
    with pytest.raises(IntegrityError) as raised:
        await store.set("o", "weather", SECRET)
    shown = "".join(traceback.format_exception(raised.value))
    assert "s3cr3t" not in shown.replace(f'SECRET = "{SECRET}"', "")
    assert "gAAAA" not in shown
    assert "s3cr3t" not in repr(store)
