"""What every command begins with: the settings, and a client of the application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.settings import Settings
    from orchestrator.client import Client

T = TypeVar("T")


def load_settings() -> Settings:
    """The effective settings. Raises ``InvalidInput`` naming the setting that is wrong."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from core.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"The setting {name} is wrong: {first['msg']}.",
            mend=f"Correct NEXUS_{name.replace('.', '__').upper()} in the environment, or {name} in nexus.toml.",
        ) from None
    except (SettingsError, ValueError) as error:
        raise InvalidInput(f"The settings cannot be read: {error}.", mend="Correct nexus.toml or NEXUS_*.") from None


def with_client(work: Callable[[Client], Awaitable[T]]) -> T:
    """Run ``work`` with a client of the running service, or of the same application in this process."""
    settings = load_settings()

    async def session() -> T:
        from orchestrator.client import connect

        async with connect(settings) as client:
            return await work(client)

    return asyncio.run(session())
