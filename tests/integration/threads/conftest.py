"""Processes in small; and the whole application in this process, asked as over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from core.settings import Settings
from orchestrator.client import connect
from tests.integration.runs.conftest import launch

__all__ = ["launch"]


@pytest.fixture
async def http(data_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The owner's client of an application on an empty data directory."""
    async with connect(Settings(data_dir=data_dir)) as client:
        yield client.http
