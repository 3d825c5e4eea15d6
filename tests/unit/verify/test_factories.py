"""The shared factories give every test a database of its own."""

from __future__ import annotations

import sqlalchemy as sa


def test_each_engine_gets_an_empty_database(engine: str, database_url: str) -> None:
    connectable = sa.create_engine(database_url)
    with connectable.connect() as connection:
        assert connection.dialect.name == engine
        assert sa.inspect(connection).get_table_names() == []
    connectable.dispose()
