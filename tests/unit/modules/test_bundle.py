"""A bundle's bytes: one spelling, readable by any tar, and nothing else reads back."""

from __future__ import annotations

import contextlib
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput, TooLarge
from core.hashing import sha256_hex
from modules import bundle as module
from modules.bundle import Bundle, listing_sha256, read_bundle

NAMES = st.from_regex(r"[a-z0-9_][a-zA-Z0-9._-]{0,30}", fullmatch=True)
PATHS = st.one_of(NAMES, st.builds("operations/{}".format, NAMES), st.builds("definitions/{}".format, NAMES))
FILES = st.dictionaries(PATHS, st.binary(max_size=2000), max_size=12).filter(
    lambda files: not {"operations", "definitions"} & files.keys()
)
SOME = Bundle({"manifest.json": b"{}", "operations/a.py": b"x = 1\n", "definitions/" + "N" * 95: b"y" * 600})


@given(FILES)
def test_what_is_written_reads_back_and_order_does_not_matter(files: dict[str, bytes]) -> None:
    made = Bundle(files)
    assert read_bundle(made.tar()).files == made.files
    assert Bundle(dict(reversed(files.items()))).sha256 == made.sha256 == sha256_hex(made.tar())


def test_any_tar_reads_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(SOME.tar())) as archive:
        members = archive.getmembers()
        contents = {member.name: archive.extractfile(member).read() for member in members}  # pyright: ignore
    assert contents == dict(SOME.files)
    assert {(member.mtime, member.uid, member.gid, member.mode) for member in members} == {(0, 0, 0, 0o644)}
    assert [member.name for member in members] == sorted(contents)


def test_the_bytes_are_the_same_for_ever() -> None:
    assert SOME.sha256 == "88d117123c81bbed9e63dd005e885972ef06f3f67ef3d917814273bc81de95d1"


@given(st.integers(0, len(SOME.tar()) - 1), st.integers(1, 255))
def test_one_changed_byte_gives_another_hash_or_no_bundle(place: int, change: int) -> None:
    data = bytearray(SOME.tar())
    data[place] ^= change
    with contextlib.suppress(InvalidInput):
        assert read_bundle(bytes(data)).sha256 != SOME.sha256


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\0" * 512, SOME.tar() + b"\0" * 512, SOME.tar()[:-1024], SOME.tar()[:700]]
)
def test_other_bytes_are_no_bundle(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_bundle(data)


def archive_with(**member: object) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        info = tarfile.TarInfo("a")
        for name, value in member.items():
            setattr(info, name, value)
        archive.addfile(info)
    return file.getvalue()


@pytest.mark.parametrize(
    "member",
    [{"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, {"type": tarfile.LNKTYPE, "linkname": "b"}, {"mode": 0o4755},
     {"type": tarfile.DIRTYPE}, {"mtime": 1}, {"uid": 1}, {"name": "../a"}, {"name": "/a"}, {"uname": "root"}],
)  # fmt: skip
def test_links_devices_modes_and_owners_are_no_bundle(member: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        read_bundle(archive_with(**member))


@pytest.mark.parametrize(
    "path",
    ["", "/a", "a/", "../a", "a/../b", "a//b", "./a", ".a", "a/.b", "a\\b", "ä", "a b", "a\n", "-a", "a" * 101,
     "d/" + "n" * 101, "a/b/c/d/e/f"],
)  # fmt: skip
def test_odd_paths_are_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        Bundle({path: b""})


def test_a_path_is_not_a_file_and_a_folder() -> None:
    with pytest.raises(InvalidInput):
        Bundle({"a": b"", "a/b": b""})


def test_sizes_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 2)
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 10)
    monkeypatch.setattr(module, "MAX_BYTES", 15)
    for files in ({"a": b"", "b": b"", "c": b""}, {"a": b"x" * 11}, {"a": b"x" * 10, "b": b"x" * 10}):
        with pytest.raises(TooLarge):
            Bundle(files)


def test_changes_make_a_new_bundle() -> None:
    changed = SOME.with_changes({"operations/a.py": b"x = 2\n", "definitions/" + "N" * 95: None, "new.py": b""})
    assert set(changed.files) == {"manifest.json", "operations/a.py", "new.py"}
    assert SOME.files["operations/a.py"] == b"x = 1\n"
    with pytest.raises(InvalidInput):
        SOME.with_changes({"absent": None})


def test_a_listings_hash_binds_hashes_to_paths() -> None:
    listing = SOME.listing
    swapped = dict(zip(listing, reversed(listing.values()), strict=True))
    assert listing_sha256(listing) == listing_sha256(dict(reversed(listing.items())))
    assert listing_sha256(swapped) != listing_sha256(listing)
