"""Migrations on both engines: once, whole, from however many processes, and to what the stores declare."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.database import metadata, migrate
from core.database.migrate import alembic_config
from core.errors import Conflict

ROOT = Path(__file__).parents[3]
DECLARES = re.compile(r"^from core\.database import [\w, ]*\bmetadata\b", re.MULTILINE)
FLOORS = ("core", "gateway", "modules", "orchestrator", "sandbox")


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def declare_every_table() -> None:
    """Import whatever declares tables, so that ``metadata`` is whole."""
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            if DECLARES.search(path.read_text()):
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def revisions(connection: sa.Connection) -> list[str]:
    return [revision.revision for revision in ScriptDirectory.from_config(alembic_config(connection)).walk_revisions()]


def test_migrating_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    with connected(database_url) as connection:
        connection.execute(
            sa.text("INSERT INTO events (key, org, type, data, ts) VALUES ('k', 'o', 'system.tested', '{}', 't')")
        )
    migrate(database_url)
    with connected(database_url) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM events")) == 1
        assert list(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars()) == [
            revisions(connection)[0]
        ]


def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    program = "import sys; from core.database import migrate; migrate(sys.argv[1])"
    processes = [
        subprocess.Popen([sys.executable, "-c", program, database_url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    failures = [error for process in processes for error in [process.communicate(timeout=100)[1]] if process.returncode]
    assert failures == []
    with connected(database_url) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM alembic_version")) == 1


def test_the_migrated_schema_is_what_the_stores_declare(migrated_database_url: str) -> None:
    declare_every_table()
    with connected(migrated_database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_revisions_form_one_line(migrated_database_url: str) -> None:
    with connected(migrated_database_url) as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
        assert len(script.get_heads()) == 1
        assert revisions(connection) == sorted(revisions(connection), reverse=True)


def test_a_migration_that_fails_leaves_the_schema_as_it_was(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    create_table = op.create_table

    def failing(name: str, *columns: sa.Column[object], **options: Any) -> sa.Table:
        if name == "credentials":
            raise RuntimeError("power cut")
        return create_table(name, *columns, **options)

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_table", failing)
        with pytest.raises(RuntimeError):
            migrate(database_url)
    with connected(database_url) as connection:
        assert sa.inspect(connection).get_table_names() == []
    migrate(database_url)


def test_a_database_of_a_newer_version_is_left_alone(migrated_database_url: str) -> None:
    with connected(migrated_database_url) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict) as raised:
        migrate(migrated_database_url)
    assert "\n" not in raised.value.detail
    assert "newer" in raised.value.mend
