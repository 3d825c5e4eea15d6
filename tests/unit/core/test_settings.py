"""Settings: the environment before the file before the defaults, and one line about whatever is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.settings import load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without settings, in an environment without any."""
    for name in list(os.environ):
        if name.startswith("NEXUS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_environment_comes_before_the_file_and_the_file_before_the_default(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "nexus.toml").write_text(
        'bind = "0.0.0.0:80"\ndata_dir = "elsewhere"\n[sandbox]\nrequire = "process"\ncpu_seconds = 3\n'
    )
    monkeypatch.setenv("NEXUS_BIND", "127.0.0.1:9000")
    monkeypatch.setenv("NEXUS_SANDBOX__CPU_SECONDS", "5")
    settings = load_settings()
    assert (settings.bind, settings.data_dir) == ("127.0.0.1:9000", Path("elsewhere"))
    assert (settings.sandbox.require, settings.sandbox.cpu_seconds) == ("process", 5)
    assert settings.sandbox.wall_seconds == 30.0
    assert load_settings(bind="127.0.0.1:1").bind == "127.0.0.1:1"


def test_without_an_address_the_database_lies_in_the_data_directory(folder: Path) -> None:
    assert load_settings(data_dir="data").effective_database_url == f"sqlite:///{folder}/data/nexus.db"
    given = "postgresql://nexus:pw@db/nexus"
    assert load_settings(database_url=given).effective_database_url == given


@pytest.mark.parametrize(
    ("name", "value", "setting"),
    [
        ("NEXUS_SYNCHRONOUS", "OFF", "synchronous"),
        ("NEXUS_SANDBOX__REQUIRE", "none", "sandbox.require"),
        ("NEXUS_SANDBOX__MEMORY_MIB", "lots", "sandbox.memory_mib"),
        ("NEXUS_SANDBOX__REQIURE", "process", "sandbox.reqiure"),
        ("NEXUS_LIMITS__DOCUMENT_BYTES", "-1", "limits.document_bytes"),
        ("NEXUS_BIND", "localhost", "bind"),
        ("NEXUS_BIND", "127.0.0.1:70000", "bind"),
        ("NEXUS_DATABASE_URL", "mysql://nexus:s3cret@db/nexus", "database_url"),
        ("NEXUS_CACHE_URL", "memcached://nexus:s3cret@cache", "cache_url"),
        ("NEXUS_SANDBOX", "{", "sandbox"),
        ("NEXUS_DATA_DIR", "", "data_dir"),
        ("NEXUS_SANDBOX__WALL_SECONDS", "inf", "sandbox.wall_seconds"),
        ("NEXUS_LIMITS__APPROVAL_HOURS", "1e300", "limits.approval_hours"),
        ("NEXUS_LIMITS__CHECKPOINT_DAYS", "1e300", "limits.checkpoint_days"),
        ("NEXUS_LIMITS__DOCUMENT_BYTES", "9" * 20, "limits.document_bytes"),
    ],
)
def test_a_bad_value_is_one_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, setting: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput) as raised:
        load_settings()
    assert setting in raised.value.detail
    assert "\n" not in raised.value.detail + raised.value.mend
    assert "s3cret" not in raised.value.detail


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("bind = ", "nexus.toml"),
        ("[sandbox\nrequire = 1", "line 1"),
        ("sandbox = 3", "sandbox"),
        ('[sandbox]\nreqiure = "process"', "sandbox.reqiure"),
        ('[sandboxx]\nrequire = "process"', "sandboxx"),
        (b"\xff\xfe", "utf-8"),
    ],
)
def test_a_broken_file_is_one_line(folder: Path, content: str | bytes, named: str) -> None:
    (folder / "nexus.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidInput) as raised:
        load_settings()
    assert named in raised.value.detail
    assert "\n" not in raised.value.detail + raised.value.mend


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "[::1]:8000", "example.org:1", "0.0.0.0:65535"])
def test_addresses_to_bind(address: str) -> None:
    assert load_settings(bind=address).bind == address


def test_names_of_others_in_the_environment_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load_settings()
    monkeypatch.setenv("NEXUS_KEY", "of the command line")
    assert load_settings() == expected


def test_an_empty_text_unsets_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_SANDBOX__TLS_CA", "")
    assert load_settings().sandbox.tls_ca is None
