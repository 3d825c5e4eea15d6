"""Scenarios: the real service, and at the end of each a look at everything that it recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.models.fixtures import threaded_models
from tests.scenario.record import check_record
from tests.scenario.service import Service
from tests.scenario.upstream import Upstream
from tests.scenario.upstream import upstream as play

__all__ = ["threaded_models"]
Serve = Callable[..., Service]


@pytest.fixture
def serve(data_dir: Path) -> Iterator[Serve]:
    """``serve()`` is a service of this test's data directory, not started. Its record is judged in the end."""
    made: list[Service] = []

    def make(**settings: str) -> Service:
        made.append(Service(data_dir, plain=False, **settings))
        return made[-1]

    yield make
    for service in made:
        service.close()
    complaints = [line for service in made for line in service.complaints]
    assert not complaints, [service.log for service in made]
    for url in {service.settings.get("NEXUS_DATABASE_URL", f"sqlite:///{data_dir / 'nexus.db'}") for service in made}:
        check_record(url)


@pytest.fixture
def service(serve: Serve) -> Service:
    """A service that is ready."""
    return serve().start().ready()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A service outside that counts its requests."""
    with play() as played:
        yield played
