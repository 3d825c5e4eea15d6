"""Which cache the settings give, and what a service says that cannot have it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from pydantic import SecretStr

from core.clock import SystemClock
from core.database import Database
from gateway.cache import DatabaseCache, open_cache
from gateway.cache.redis import RedisCache

ROOT = Path(__file__).resolve().parents[4]
SERVE = "sys.argv[1:] = ['serve', '--bind', '127.0.0.1:0']\nfrom orchestrator.cli import main; main()"
Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a program in a folder of its own, with ``NEXUS_*`` that are given."""

    def program(text: str, **environment: str) -> CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", text],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    return program


async def test_without_an_address_the_database_keeps_answers(database: Database) -> None:
    async with open_cache(None, database, SystemClock()) as cache:
        assert isinstance(cache, DatabaseCache)


async def test_an_address_is_of_a_redis_that_need_not_be_there(database: Database, tmp_path: Path) -> None:
    async with open_cache(SecretStr(f"unix://{tmp_path}/nobody.sock"), database, SystemClock()) as cache:
        assert isinstance(cache, RedisCache)
        assert await cache.get("a") is None


def test_without_an_address_redis_is_never_imported(run: Run) -> None:
    done = run("import sys, orchestrator.app, orchestrator.cli.program; assert 'redis' not in sys.modules")
    assert done.returncode == 0, done.stderr


def test_without_its_extra_a_service_does_not_start_and_says_the_mend(run: Run) -> None:
    done = run(f"import sys; sys.modules['redis'] = None; {SERVE}", NEXUS_CACHE_URL="redis://:geheim@localhost")
    assert done.returncode == 1
    assert "nexus-orchestrator[redis]" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "geheim" not in done.stderr + done.stdout


@pytest.mark.parametrize("url", ["http://:geheim@localhost", "redis://:geheim#@localhost"])
def test_an_address_of_something_else_is_one_line_at_the_start(run: Run, url: str) -> None:
    done = run(f"import sys; {SERVE}", NEXUS_CACHE_URL=url)
    assert done.returncode != 0
    assert "cache_url" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "geheim" not in done.stderr + done.stdout
