"""The keyring: sealed with the newest key, opened with any, whole on disk whatever happens."""

from __future__ import annotations

import stat
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import Unavailable
from core.keyring import Keyring

SECRET = b"s3cr3t"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keyring"


def test_what_is_sealed_opens_again_also_after_a_restart(path: Path) -> None:
    sealed = Keyring(path).seal(SECRET)
    assert Keyring(path).open(sealed) == SECRET
    assert "s3cr3t" not in sealed


def test_only_the_owner_can_read_it(path: Path) -> None:
    keyring = Keyring(path)
    keyring.rotate()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes["keyring"] == 0o600
    assert {mode & 0o077 for mode in modes.values()} == {0}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_others_can_read_is_closed_to_them(path: Path) -> None:
    Keyring(path)
    path.chmod(0o644)
    Keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rotation_keeps_what_was_sealed_until_it_is_forgotten(path: Path) -> None:
    keyring = Keyring(path)
    sealed = keyring.seal(SECRET)
    older = keyring.rotate()
    assert keyring.open(sealed) == SECRET
    moved = keyring.reseal(sealed)
    keyring.forget(older)
    assert keyring.open(moved) == SECRET
    with pytest.raises(Unavailable):
        keyring.open(sealed)


def test_another_process_follows_a_rotation(path: Path) -> None:
    here, there = Keyring(path), Keyring(path)
    older = here.rotate()
    here.forget(older)
    assert here.open(there.seal(SECRET)) == SECRET
    assert there.open(here.seal(SECRET)) == SECRET


def test_two_rotations_at_once_lose_neither_key(path: Path) -> None:
    first, second = Keyring(path), Keyring(path)
    older = first.rotate()
    sealed_between = first.seal(SECRET)
    oldest_first = second.rotate()
    sealed = second.seal(SECRET)
    first.forget(older)
    assert (second.open(sealed_between), first.open(sealed)) == (SECRET, SECRET)
    second.forget(oldest_first)
    assert second.open(sealed) == SECRET


def test_the_newest_key_is_never_forgotten(path: Path) -> None:
    keyring = Keyring(path)
    older = keyring.rotate()
    sealed = keyring.seal(SECRET)
    keyring.forget([*older, *keyring.rotate(), *path.read_bytes().split()])
    keyring.forget(path.read_bytes().split())
    assert len(path.read_bytes().split()) == 1
    with pytest.raises(Unavailable):
        keyring.open(sealed)
    assert keyring.open(keyring.seal(SECRET)) == SECRET


def test_processes_that_begin_at_once_make_one_key(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keyrings = list(threads.map(lambda _: Keyring(path), range(8)))
    sealed = keyrings[0].seal(SECRET)
    assert {keyring.open(sealed) for keyring in keyrings} == {SECRET}


def test_a_draft_left_by_a_crash_does_not_hurt(path: Path) -> None:
    sealed = Keyring(path).seal(SECRET)
    path.with_suffix(".new").write_bytes(b"half of a k")
    keyring = Keyring(path)
    keyring.rotate()
    assert keyring.open(sealed) == SECRET


@pytest.mark.parametrize("content", [b"", b"\n", b"not a key", b"\xff\xfe", b"c2hvcnQ=\n"])
def test_a_file_that_is_no_keyring_is_unavailable_with_the_mend(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(Unavailable) as raised:
        Keyring(path)
    assert str(path) in raised.value.detail
    assert "backup" in raised.value.mend


def test_the_wrong_keyring_is_unavailable_with_the_mend(path: Path, tmp_path: Path) -> None:
    sealed = Keyring(path).seal(SECRET)
    for broken in (sealed, "", "nonsense", "é"):
        with pytest.raises(Unavailable) as raised:
            Keyring(tmp_path / "other").open(broken)
        assert "keyring" in raised.value.mend


def test_nothing_secret_stands_in_a_repr_or_a_traceback(path: Path, tmp_path: Path) -> None:
    keyring = Keyring(path)
    key = path.read_text().split()[0]
    sealed = keyring.seal(SECRET)
    other = tmp_path / "other"
    other.write_text(f"{key[:-4]}\n")
    shown = [repr(keyring), str(keyring)]
    for attempt in (lambda: Keyring(tmp_path / "third").open(sealed), lambda: Keyring(other)):
        with pytest.raises(Unavailable) as raised:
            attempt()
        shown += traceback.format_exception(raised.value)
    assert not any(word in text for text in shown for word in (key, key[:20], "s3cr3t", sealed))
