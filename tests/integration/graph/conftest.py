"""Processes in small, as the tests of runs have them."""

from __future__ import annotations

from tests.integration.runs.conftest import launch

__all__ = ["launch"]
