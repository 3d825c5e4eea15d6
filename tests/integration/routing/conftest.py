"""`nexus serve` with a scripted model server behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.door.conftest import Serve, Served, nexus, serve
from tests.models import ModelServer
from tests.models.fixtures import threaded_models as models

__all__ = ["models", "nexus", "serve"]
Configure = Callable[..., None]


@pytest.fixture
def configure(tmp_path: Path, models: ModelServer) -> Configure:
    """Writes nexus.toml: one provider, the models and tiers that are named, and what else stands under ``[llm]``."""

    def write(*names: str, more: str = "", standard: str | None = None) -> None:
        listed = standard if standard is not None else str(list(names))
        tables = "".join(f'[llm.models.{name}]\nprovider = "local"\nmodel = "{name}"\n' for name in names)
        head = f'[llm.providers.local]\nkind = "compatible"\nbase_url = "{models.openai_base}"\n'
        (tmp_path / "nexus.toml").write_text(f"{head}{tables}[llm.tiers]\nstandard = {listed}\n{more}")

    return write


@pytest.fixture
def house(serve: Serve, configure: Configure) -> Iterator[tuple[Served, httpx.Client]]:
    """A service with one model, ``small``."""
    configure("small")
    served = serve().ready()
    with served.client() as client:
        yield served, client


def say(client: httpx.Client, text: str, thread: str | None = None, **more: Any) -> dict[str, Any]:
    """One turn; the message that answered it."""
    thread = thread or client.post("/v1/threads", json={}).raise_for_status().json()["id"]
    body = {"message": text, "stream": True, **more}
    with client.stream("POST", f"/v1/threads/{thread}/runs", json=body) as answer:
        answer.raise_for_status()
        for _ in answer.iter_lines():
            pass
    items = client.get(f"/v1/threads/{thread}/messages").json()["items"]
    return items[-1]
