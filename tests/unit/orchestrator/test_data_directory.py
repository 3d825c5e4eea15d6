"""The data directory: private, held by one process, and honest about who that is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from core.errors import Unavailable
from orchestrator.data_directory import DataDirectory, InUse, RunningService

SERVICE = RunningService("http://127.0.0.1:8000", 4711)


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    directory = DataDirectory(tmp_path / "deep" / "data")
    directory.prepare()
    return directory


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_its_owners_alone(directory: DataDirectory) -> None:
    directory.owner_key()
    directory.announce(SERVICE)

    assert mode(directory.path) == 0o700
    assert mode(directory.path / "owner.key") == 0o600
    assert mode(directory.path / "service.json") == 0o600


def test_a_directory_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    DataDirectory(tmp_path).prepare()

    assert mode(tmp_path) == 0o755


def test_the_owner_key_is_made_once(directory: DataDirectory) -> None:
    key = directory.owner_key()

    assert directory.owner_key() == key
    (directory.path / "owner.key").unlink()
    assert directory.owner_key() != key


def test_an_owner_key_that_is_none_is_refused(directory: DataDirectory) -> None:
    (directory.path / "owner.key").write_text("")

    with pytest.raises(Unavailable, match="does not hold a key"):
        directory.owner_key()


def test_it_is_held_once(directory: DataDirectory) -> None:
    directory.announce(SERVICE)
    with directory.held():
        with pytest.raises(InUse) as refused, DataDirectory(directory.path).held():
            pass
        assert "process 4711, http://127.0.0.1:8000" in refused.value.detail
    with directory.held():
        pass


def test_an_announcement_is_withdrawn_by_who_made_it(directory: DataDirectory) -> None:
    directory.announce(SERVICE)
    directory.withdraw(RunningService("http://127.0.0.1:8001", 4712))
    assert directory.running() == SERVICE

    directory.withdraw(SERVICE)
    assert directory.running() is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"url": "x", "pid": "y"}', "\xff"])
def test_a_broken_announcement_is_none(directory: DataDirectory, text: str) -> None:
    (directory.path / "service.json").write_text(text, encoding="latin-1")

    assert directory.running() is None


def test_a_path_that_cannot_be_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable, match="cannot be made"):
        DataDirectory(tmp_path / "file" / "data").prepare()


def test_a_directory_that_is_not_writable_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Said by the system call and not by the mode, because the tests may run as root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)

    with pytest.raises(Unavailable, match="not writable"):
        DataDirectory(tmp_path).prepare()
