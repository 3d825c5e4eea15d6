"""What an adapter may ask of ``ctx.http``, parsed once at the fence."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from core.errors import InvalidInput, TooLarge
from modules.broker.address import Target, parse_url

METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE"})
WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MAX_HEADERS: Final = 64
MAX_HEADER: Final = 8_192
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_BAD_VALUE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
# Set by the broker, or about the connection and not the request (RFC 9110, 7.6.1).
_NOT_THE_ADAPTERS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect"}
    | {"accept-encoding", "via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"}
)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as described: method, target on a described server, headers and body."""

    method: str
    target: Target
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def parse_request(payload: Mapping[str, Any], *, body_limit: int) -> HttpRequest:
    """The request in a frame. Raises ``InvalidInput``, ``TooLarge`` or ``EgressDenied``."""
    method, url = payload.get("method"), payload.get("url")
    if not isinstance(method, str) or method.upper() not in METHODS:
        raise InvalidInput(f"{str(method)[:40]!r} is not a method that ctx.http sends.")
    if not isinstance(url, str):
        raise InvalidInput("The address is not text.")
    body = _parse_body(payload.get("body"), payload.get("body_base64"))
    if len(body) > body_limit:
        raise TooLarge(f"The request's body has {len(body)} bytes; at most {body_limit} are sent.")
    return HttpRequest(method.upper(), parse_url(url), _parse_headers(payload.get("headers")), body)


def _parse_body(text: object, encoded: object) -> bytes:
    try:
        if isinstance(encoded, str) and text is None:
            return base64.b64decode(encoded, validate=True)
        if isinstance(text, str) and encoded is None:
            return text.encode("utf-8")
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidInput("The request's body is neither text nor base64.") from error
    if text is None and encoded is None:
        return b""
    raise InvalidInput("A request's body is one text or one base64 text.")


def _parse_headers(pairs: object) -> tuple[tuple[str, str], ...]:
    if pairs is None:
        return ()
    if not isinstance(pairs, list) or len(cast("list[Any]", pairs)) > MAX_HEADERS:
        raise InvalidInput(f"Headers are a list of at most {MAX_HEADERS} pairs.")
    parsed = [_parse_header(pair) for pair in cast("list[Any]", pairs)]
    return tuple(
        (name, value)
        for name, value in parsed
        if name.lower() not in _NOT_THE_ADAPTERS and not name.lower().startswith("proxy-")
    )


def _parse_header(pair: Any) -> tuple[str, str]:
    match pair:
        case [str() as name, str() as value] if _TOKEN.fullmatch(name) and len(value) <= MAX_HEADER:
            if _BAD_VALUE.search(value):
                raise InvalidInput(f"The header {name!r} holds a line break or a control character.")
            return name, value.strip(" \t")
        case _:
            raise InvalidInput("A header is a pair of a plain name and a text.")
