"""The path under attack: one running service for a file of tests, its record judged in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.scenario.conftest import serve
from tests.scenario.person import Person
from tests.scenario.record import check_record
from tests.scenario.service import Service
from tests.scenario.upstream import Upstream
from tests.scenario.upstream import upstream as play

__all__ = ["serve"]
Serve = Callable[..., Service]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for the tests of a file; its sweeper looks often."""
    data_dir = tmp_path_factory.mktemp("house") / "data"
    service = Service(data_dir, TEST_LEASE="5").start().ready()
    yield service
    service.close()
    assert not service.complaints
    check_record(f"sqlite:///{data_dir / 'nexus.db'}")


@pytest.fixture
def me(house: Service) -> Person:
    """The owner, in a conversation of this test's own."""
    person = Person(house)
    person.open_thread()
    return person


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A service of this machine; what must not be reached counts nothing."""
    with play() as played:
        yield played
