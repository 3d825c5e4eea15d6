"""The code cache hands out proven bytes or nothing."""

from __future__ import annotations

from pathlib import Path

from core.hashing import sha256_hex
from modules.codecache import CodeCache

CODE = b"marshalled code"
PROVEN = sha256_hex(CODE)


def written(folder: Path) -> Path:
    CodeCache(folder).write({"a.py": "1" * 64}, {"a.py": CODE})
    (entry,) = [path for path in folder.rglob("*") if path.is_file()]
    return entry


def test_what_was_written_is_read_by_its_hash(tmp_path: Path) -> None:
    entry = written(tmp_path)
    assert CodeCache(tmp_path).read("a.py", "1" * 64, PROVEN) == CODE
    assert entry.stat().st_mode & 0o777 == 0o600


def test_an_overwritten_entry_is_not_handed_out_and_is_removed(tmp_path: Path) -> None:
    entry = written(tmp_path)
    entry.write_bytes(b"other code")
    assert CodeCache(tmp_path).read("a.py", "1" * 64, PROVEN) is None
    assert not entry.exists()


def test_another_path_source_or_expected_hash_is_a_miss(tmp_path: Path) -> None:
    for path, source, proven in (("b.py", "1" * 64, PROVEN), ("a.py", "2" * 64, PROVEN), ("a.py", "1" * 64, "0" * 64)):
        written(tmp_path / path / source)
        assert CodeCache(tmp_path / path / source).read(path, source, proven) is None


def test_memory_does_not_shield_from_a_new_expectation(tmp_path: Path) -> None:
    written(tmp_path)
    cache = CodeCache(tmp_path)
    assert cache.read("a.py", "1" * 64, PROVEN) == CODE
    assert cache.read("a.py", "1" * 64, "0" * 64) is None
