"""The whole application in this process, and a service outside that its modules call."""

from __future__ import annotations

from tests.integration.threads.conftest import http
from tests.scenario.conftest import upstream

__all__ = ["http", "upstream"]
