"""Answer bodies: decompressed under a cap, and read as text where they are text."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import Final, Protocol

from core.errors import UpstreamFailed
from modules.broker.refusal import ResponseTooLarge

ACCEPTED_ENCODINGS: Final = "gzip, deflate"
_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9._:+-]{1,40})", re.IGNORECASE)
_TEXT_TYPE: Final = re.compile(
    r"text/.*|(?:[a-z]+/)(?:.*\+)?(?:json|xml|yaml|x-yaml|javascript|ecmascript|x-ndjson|ndjson|graphql|sql|toml|csv)"
    r"|application/x-www-form-urlencoded|application/jsonlines|application/json-seq",
)
_BINARY_TYPE: Final = re.compile(r"(?:application|image|audio|video|font|model)/")


class Reader(Protocol):
    """Takes a body in chunks, within a cap."""

    def feed(self, chunk: bytes) -> None: ...
    def finish(self) -> bytes: ...


class PlainReader:
    """A body as it is."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._cap:
            raise ResponseTooLarge(f"The answer is larger than {self._cap} bytes.", retryable=False)
        self._parts.append(chunk)

    def finish(self) -> bytes:
        return b"".join(self._parts)


GZIP_MAGIC: Final = b"\x1f\x8b"


class GzipReader:
    """A body that is said to be gzip. Some servers say so of one that is not: its first bytes tell (RFC 1952)."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._head = b""
        self._reader: Reader | None = None

    def feed(self, chunk: bytes) -> None:
        if self._reader is None:
            chunk = self._head = self._head + chunk
            if len(chunk) < len(GZIP_MAGIC):
                return
            self._reader = self._chosen()
        self._reader.feed(chunk)

    def finish(self) -> bytes:
        return self._head if self._reader is None else self._reader.finish()

    def _chosen(self) -> Reader:
        return InflatingReader(self._cap, gzip=True) if self._head.startswith(GZIP_MAGIC) else PlainReader(self._cap)


class InflatingReader:
    """A gzip or deflate body. Never holds more than the cap, whatever the compressed bytes would become."""

    def __init__(self, cap: int, *, gzip: bool) -> None:
        self._plain = PlainReader(cap)
        self._cap = cap
        self._gzip = gzip
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16 if gzip else zlib.MAX_WBITS)
        self._begun = False

    def feed(self, chunk: bytes) -> None:
        try:
            self._inflate_into_plain(chunk)
        except zlib.error as error:
            raise UpstreamFailed("The answer's compressed body cannot be read.", retryable=False) from error

    def finish(self) -> bytes:
        if self._begun and not self._inflate.eof:
            raise UpstreamFailed("The answer's compressed body ends too early.")
        return self._plain.finish()

    def _inflate_into_plain(self, chunk: bytes) -> None:
        if not self._begun and chunk and not self._gzip and chunk[0] & 0x0F != 8:
            # "deflate" is a zlib stream by the standard, and a raw one from some servers.
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._begun = self._begun or bool(chunk)
        while chunk and not self._inflate.eof:
            self._plain.feed(self._inflate.decompress(chunk, self._cap + 1))
            chunk = self._inflate.unconsumed_tail


def reader_for(content_encoding: str, cap: int) -> Reader:
    """The reader of a Content-Encoding. Raises ``UpstreamFailed`` for one that was not asked for."""
    match content_encoding.strip().lower():
        case "" | "identity" | "none" | "utf-8":
            return PlainReader(cap)
        case "gzip" | "x-gzip":
            return GzipReader(cap)
        case "deflate":
            return InflatingReader(cap, gzip=False)
        case other:
            raise UpstreamFailed(f"The answer is encoded as {other[:40]!r}, which was not asked for.", retryable=False)


def as_text(body: bytes, content_type: str) -> str | None:
    """The body as text, or ``None`` when it is not text. Where the type does not say, UTF-8 without NULs is text."""
    media_type, _, parameters = content_type.lower().partition(";")
    charset = _CHARSET.search(parameters)
    declared = _TEXT_TYPE.fullmatch(media_type.strip()) is not None or charset is not None
    if not declared and _BINARY_TYPE.match(media_type.strip()):
        return None
    for encoding in ("utf-8-sig", *([charset[1]] if charset else []), *(["latin-1"] if declared else [])):
        try:
            # Text codecs only: Python's "codecs" include compressors and escapes.
            if codecs.lookup(encoding)._is_text_encoding:  # pyright: ignore[reportAttributeAccessIssue]
                text = body.decode(encoding)
                return text if declared or "\0" not in text else None
        except (LookupError, UnicodeError):
            continue
    return None
