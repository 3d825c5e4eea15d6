"""Factories that every tier shares: a data directory, real databases on both engines.

``database_url`` is a fresh, empty database and runs the test once per engine; ``database`` is the same with the
schema in place, opened. A module that means one engine only narrows it::

    @pytest.fixture(params=["sqlite"])
    def engine(request): return request.param
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.verify.postgres import NoPostgreSQL, PostgresServer, database_name, running_server

if TYPE_CHECKING:
    from core.database import Database

ENGINES = ("sqlite", "postgresql")
# (server, or None for SQLite; folder for the file) -> URL
MigratedCopy: TypeAlias = Callable[[PostgresServer | None, Path], str]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory of this test's own, empty and only the owner's."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The database engine under test: ``sqlite`` or ``postgresql``."""
    return request.param


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server for all tests of this process; the test is skipped, with the reason, without one."""
    try:
        with running_server() as server:
            yield server
    except NoPostgreSQL as reason:
        pytest.skip(str(reason))


@pytest.fixture
def database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a fresh, empty database on ``engine``."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'nexus.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session")
def migrated_copy(tmp_path_factory: pytest.TempPathFactory) -> MigratedCopy:
    """Makes databases with the schema in place: migrated once an engine, then copied, which is ten times faster."""
    from core.database import migrate

    templates: dict[str, str] = {}

    def copy(server: PostgresServer | None, folder: Path) -> str:
        engine = "sqlite" if server is None else "postgresql"
        if engine not in templates:
            template = tmp_path_factory.mktemp("template") / "nexus.db"
            url = f"sqlite:///{template}" if server is None else server.create_database()
            migrate(url)
            templates[engine] = str(template) if server is None else database_name(url)
        if server is None:
            return f"sqlite:///{shutil.copy(templates[engine], folder / 'nexus.db')}"
        return server.create_database(template=templates[engine])

    return copy


@pytest.fixture
def migrated_database_url(
    engine: str, tmp_path: Path, migrated_copy: MigratedCopy, request: pytest.FixtureRequest
) -> Iterator[str]:
    """URL of a database on ``engine`` with the schema in place and no rows."""
    server: PostgresServer | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    url = migrated_copy(server, tmp_path)
    yield url
    if server is not None:
        server.drop_database(url)


@pytest.fixture
async def database(migrated_database_url: str) -> AsyncIterator[Database]:
    """An open ``Database`` with the schema in place, closed afterwards."""
    from core.database import open_database

    opened = open_database(migrated_database_url)
    yield opened
    await opened.aclose()
