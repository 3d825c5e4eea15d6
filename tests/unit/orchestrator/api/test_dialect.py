"""Whose words a refusal is said in."""

from __future__ import annotations

import subprocess
import sys

import pytest

from orchestrator.api.dialect import speaks_openai


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/v1/chat/completions", "/v1/models/nexus/small", "/v1/audio", "/v1/runsx"]
)
def test_openais_clients_are_known_by_what_they_ask_for(path: str) -> None:
    assert speaks_openai(path)


@pytest.mark.parametrize(
    "path", ["/", "/v1x/models", "/v1/runs", "/v1/threads/one/runs", "/admin/v1/models", "/v2/chat"]
)
def test_all_else_is_our_own(path: str) -> None:
    assert not speaks_openai(path)


def test_the_front_door_loads_nothing_for_it() -> None:
    program = (
        "import sys, orchestrator.api.front; sys.exit(bool({'fastapi', 'gateway', 'pydantic'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
