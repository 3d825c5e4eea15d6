"""Where each setting came from, and what is never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings, load_settings
from orchestrator.effective_settings import HIDDEN, effective, shown


def by_name(settings: Settings) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in effective(settings)}


def test_each_value_names_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nexus.toml").write_text('bind = "127.0.0.1:1"\n[sandbox]\ncpu_seconds = 3\nwall_seconds = 4.0\n')
    monkeypatch.setenv("NEXUS_SANDBOX__CPU_SECONDS", "5")
    found = by_name(Settings(synchronous="FULL"))

    assert (found["bind"]["value"], found["bind"]["source"]) == ("127.0.0.1:1", "nexus.toml")
    assert (found["sandbox.cpu_seconds"]["value"], found["sandbox.cpu_seconds"]["source"]) == (5, "environment")
    assert found["sandbox.wall_seconds"]["source"] == "nexus.toml"
    assert found["synchronous"]["source"] == "given"
    assert (found["data_dir"]["value"], found["data_dir"]["source"]) == ("data", "default")


def test_passwords_in_addresses_are_hidden() -> None:
    found = by_name(Settings(database_url="postgresql://nexus:s3cret@db/nexus"))

    assert "s3cret" not in str(found)
    assert found["database_url"]["value"].startswith("postgresql://nexus:***@db")


@pytest.mark.parametrize(
    "url", ["redis://:s3cret@db/0", "unix:///run/redis.sock?password=s3cret", "rediss://s3cret:s3cret@db"]
)
def test_a_cache_s_address_is_never_shown(url: str) -> None:
    settings = load_settings(cache_url=url)
    assert by_name(settings)["cache_url"]["value"] == HIDDEN
    assert "s3cret" not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize("name", ["llm.api_key", "token", "telemetry.client_secret", "smtp_password", "keys"])
def test_secrets_are_hidden_by_their_name(name: str) -> None:
    assert shown(name, "s3cret") == HIDDEN
    assert shown(name, None) is None


def test_other_values_are_shown() -> None:
    assert shown("monkey", "chimp") == "chimp"
    assert shown("limits.document_bytes", 3) == 3
