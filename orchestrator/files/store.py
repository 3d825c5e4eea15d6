"""Files in the database, so that every process of a deployment sees them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, Text, UniqueConstraint, select

from core.clock import rfc3339
from core.database import Transaction, metadata
from core.errors import NotFound
from core.hashing import sha256_hex

files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("org", "sha256", "name", "media_type"),
)

DESCRIBED = (files.c.id, files.c.sha256, files.c.size, files.c.name, files.c.media_type, files.c.created_at)


def put_file(tx: Transaction, org: str, file: str, content: bytes, *, name: str, media_type: str) -> dict[str, Any]:
    """Keep bytes under an id. The same bytes with the same name are kept once."""
    digest = sha256_hex(content)
    same = (
        (files.c.org == org) & (files.c.sha256 == digest) & (files.c.name == name) & (files.c.media_type == media_type)
    )
    row = tx.execute(select(*DESCRIBED).where(same)).first()
    if row is None:
        tx.execute(
            files.insert().values(
                id=file,
                org=org,
                sha256=digest,
                size=len(content),
                name=name,
                media_type=media_type,
                content=content,
                created_at=rfc3339(tx.now),
            )
        )
        row = tx.execute(select(*DESCRIBED).where(files.c.id == file)).one()
    return dict(row._mapping)


def describe_file(connection: Connection, org: str, file: str) -> dict[str, Any]:
    """What a file is, without its bytes. Raises ``NotFound``."""
    row = connection.execute(select(*DESCRIBED).where(files.c.id == file, files.c.org == org)).first()
    if row is None:
        raise NotFound(f"There is no file {file!r}.", mend="Upload it first: POST /v1/files.")
    return dict(row._mapping)


def read_file(connection: Connection, org: str, file: str) -> bytes:
    """A file's bytes. Raises ``NotFound``."""
    content = connection.execute(select(files.c.content).where(files.c.id == file, files.c.org == org)).scalar()
    if content is None:
        raise NotFound(f"There is no file {file!r}.", mend="Upload it first: POST /v1/files.")
    return bytes(content)
