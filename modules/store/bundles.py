"""Bundles in SQL: each file once by its hash, so that versions share what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from core.clock import rfc3339
from core.database import Database, Transaction
from core.errors import NotFound, PolicyViolation
from core.hashing import sha256_hex
from modules.bundle import Bundle, listing_sha256
from modules.store.tables import blobs, bundle_files, bundles, code

# One unit of work stays short, so that a large bundle does not keep other writers waiting.
ROWS_A_UNIT = 500
BYTES_A_UNIT = 4 * 1024 * 1024
T = TypeVar("T")


async def save_bundle(db: Database, bundle: Bundle) -> None:
    """Store every file and the listing. Repeating it, or two at once, stores the same rows."""
    if await db.read(lambda connection: has_bundle(connection, bundle.sha256)):
        return
    listing = bundle.listing
    contents = sorted({digest: bundle.files[path] for path, digest in listing.items()}.items())
    for rows in _by_size(contents):
        await db.write(lambda tx, rows=rows: insert_new(tx, blobs, rows))
    places = [{"bundle_sha256": bundle.sha256, "path": path, "file_sha256": listing[path]} for path in sorted(listing)]
    for group in chunks(places, ROWS_A_UNIT):
        await db.write(lambda tx, group=group: insert_new(tx, bundle_files, group))
    await db.write(lambda tx: _finish(tx, bundle))


def insert_new(tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose key is not there yet."""
    if rows:
        dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
        tx.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))


def has_bundle(connection: Connection, sha256: str) -> bool:
    """Whether the bundle is stored whole."""
    return connection.execute(select(bundles.c.sha256).where(bundles.c.sha256 == sha256)).first() is not None


def read_listing(connection: Connection, sha256: str) -> dict[str, str]:
    """SHA-256 of each file of the bundle by path. Raises ``NotFound``."""
    query = select(bundle_files.c.path, bundle_files.c.file_sha256).where(bundle_files.c.bundle_sha256 == sha256)
    listing = {row.path: row.file_sha256 for row in connection.execute(query)}
    if not listing or not has_bundle(connection, sha256):
        raise no_bundle(sha256)
    return listing


def read_sizes(connection: Connection, sha256: str) -> dict[str, int]:
    """Bytes of each file of the bundle by path. Raises ``NotFound``."""
    query = (
        select(bundle_files.c.path, func.length(blobs.c.content).label("size"))
        .join(blobs, blobs.c.sha256 == bundle_files.c.file_sha256)
        .where(bundle_files.c.bundle_sha256 == sha256)
        .order_by(bundle_files.c.path)
    )
    sizes = {row.path: row.size for row in connection.execute(query)}
    if not sizes or not has_bundle(connection, sha256):
        raise no_bundle(sha256)
    return sizes


def read_blobs(connection: Connection, digests: Iterable[str]) -> dict[str, bytes]:
    """Contents by hash, each checked against it. Raises ``PolicyViolation`` for bytes that are not what they should."""
    found: dict[str, bytes] = {}
    for group in chunks(sorted(set(digests)), ROWS_A_UNIT):
        for row in connection.execute(select(blobs.c.sha256, blobs.c.content).where(blobs.c.sha256.in_(group))):
            found[row.sha256] = checked(bytes(row.content), row.sha256)
    return found


def read_file(connection: Connection, sha256: str, path: str) -> bytes | None:
    """One file of a bundle, or ``None``."""
    query = (
        select(blobs.c.content, blobs.c.sha256)
        .join(bundle_files, bundle_files.c.file_sha256 == blobs.c.sha256)
        .where(bundle_files.c.bundle_sha256 == sha256, bundle_files.c.path == path)
    )
    row = connection.execute(query).first()
    return None if row is None else checked(bytes(row.content), row.sha256)


def read_bundle_of(connection: Connection, sha256: str) -> Bundle:
    """The whole bundle, checked against its name."""
    listing = read_listing(connection, sha256)
    contents = read_blobs(connection, listing.values())
    bundle = Bundle({path: contents[digest] for path, digest in listing.items()})
    if bundle.sha256 != sha256:
        raise tampered(f"The stored bundle {sha256[:12]}")
    return bundle


def record_code(tx: Transaction, bundle_sha256: str, toolchain: str, digests: Mapping[str, str]) -> None:
    """Write down what each source file compiled to under ``toolchain``."""
    rows = [
        {"bundle_sha256": bundle_sha256, "toolchain": toolchain, "path": path, "code_sha256": digest}
        for path, digest in sorted(digests.items())
    ]
    insert_new(tx, code, rows)


def read_code(connection: Connection, bundle_sha256: str, toolchain: str) -> dict[str, str]:
    """SHA-256 of each code object by source path; empty when the bundle was never proven under ``toolchain``."""
    query = select(code.c.path, code.c.code_sha256).where(
        code.c.bundle_sha256 == bundle_sha256, code.c.toolchain == toolchain
    )
    return {row.path: row.code_sha256 for row in connection.execute(query)}


def checked(content: bytes, sha256: str) -> bytes:
    """``content`` if that is its hash. Raises ``PolicyViolation`` otherwise."""
    if sha256_hex(content) != sha256:
        raise tampered(f"The stored file {sha256[:12]}")
    return content


def no_bundle(sha256: str) -> NotFound:
    """The error for a bundle that is not stored, or not whole."""
    return NotFound(f"There is no bundle {sha256[:12]}.")


def tampered(what: str) -> PolicyViolation:
    """The error for stored bytes that are not what was approved."""
    return PolicyViolation(
        f"{what} is not what was approved: its bytes have another hash.",
        mend="Nothing of it is run. Restore the database from a backup, or build and approve the module again.",
    )


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """``items`` in lists of up to ``size``."""
    rest = iter(items)
    while group := list(islice(rest, size)):
        yield group


def _by_size(contents: Sequence[tuple[str, bytes]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    size = 0
    for digest, content in contents:
        group.append({"sha256": digest, "content": content})
        size += len(content)
        if len(group) >= ROWS_A_UNIT or size >= BYTES_A_UNIT:
            yield group
            group, size = [], 0
    if group:
        yield group


def _finish(tx: Transaction, bundle: Bundle) -> None:
    row = {
        "sha256": bundle.sha256,
        "listing_sha256": listing_sha256(bundle.listing),
        "files": len(bundle.files),
        "bytes": sum(map(len, bundle.files.values())),
        "created_at": rfc3339(tx.now),
    }
    insert_new(tx, bundles, [row])
