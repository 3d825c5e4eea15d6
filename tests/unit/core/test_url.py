"""Database addresses as people write them."""

from __future__ import annotations

import pytest

from core.database import normalised_url, open_database
from core.errors import InvalidInput


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_through_the_driver_that_we_ship(scheme: str) -> None:
    assert normalised_url(f"{scheme}://u:p@db/nexus?x=1") == "postgresql+psycopg://u:p@db/nexus?x=1"


def test_other_addresses_stay_as_they_are() -> None:
    assert normalised_url("sqlite:////data/nexus.db") == "sqlite:////data/nexus.db"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        open_database(url)
