"""Addresses, read strictly: what two programs could read differently is refused instead of interpreted."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import idna

from modules.broker.refusal import EgressDenied

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
MAX_URL: Final = 16_384
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#\\]*)(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DOTTED_QUAD: Final = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
_DOT_SEGMENT: Final = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?=/|$)", re.IGNORECASE)
_BAD_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9a-fA-F]{2})")
_SAFE_PATH: Final = "/:@!$&'()*+,;=~-._%"
_SAFE_QUERY: Final = _SAFE_PATH + "?[]"


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host (lower-case A-label, or an address) and port. Text form always names the port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self._bracketed}:{self.port}"

    @property
    def authority(self) -> str:
        """The Host header: without the scheme's own port."""
        return self._bracketed if self.port == DEFAULT_PORTS[self.scheme] else f"{self._bracketed}:{self.port}"

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: an origin, a path that begins with ``/`` and a query or ``None``, both percent-encoded."""

    origin: Origin
    path: str
    query: str | None = None

    def __str__(self) -> str:
        return f"{self.origin.scheme}://{self.origin.authority}{self.resource}"

    @property
    def resource(self) -> str:
        """Path and query: what stands in the request line."""
        return self.path if self.query is None else f"{self.path}?{self.query}"


def parse_url(url: str) -> Target:
    """``url`` as a target; a fragment is dropped. Raises ``EgressDenied`` for whatever is not plain http(s)."""
    if len(url) > MAX_URL:
        raise EgressDenied(f"The address is longer than {MAX_URL} characters.")
    if _BAD_CHARACTERS.search(url):
        raise EgressDenied("The address holds a control character.")
    match = _URL.fullmatch(url)
    if match is None:
        raise EgressDenied(f"{url[:200]!r} is not an absolute http or https address.")
    path = _encoded(match["path"] or "/", _SAFE_PATH)
    if _DOT_SEGMENT.search(path):
        raise EgressDenied("The address's path holds '.' or '..'.")
    query = None if match["query"] is None else _encoded(match["query"], _SAFE_QUERY)
    return Target(_parse_authority(match["scheme"].lower(), match["authority"]), path, query)


def parse_origin(text: str) -> Origin:
    """``scheme://host[:port]`` without anything after it."""
    target = parse_url(text)
    if target.resource != "/":
        raise EgressDenied(f"{text[:200]!r} is an address, not an origin: leave the path out.")
    return target.origin


def normalise_host(host: str) -> str:
    """``host`` as a lower-case A-label name, a dotted IPv4 address or a compressed IPv6 address."""
    if host.startswith("["):
        try:
            return ipaddress.IPv6Address(host[1:-1]).compressed
        except ValueError as error:
            raise EgressDenied(f"{host[:100]!r} is not an IPv6 address.") from error
    if not host.isascii():
        host = _to_ascii(host)
    host = host.lower()
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # A name whose last label is a number is read as an IPv4 address by some programs: 2130706433, 0x7f.1, 127.1.
        if not _DOTTED_QUAD.fullmatch(host):
            raise EgressDenied(f"{host[:100]!r} is not a plain host name or address.")
        return host
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise EgressDenied(f"{host[:100]!r} is not a plain host name or address.")
    return host


def _parse_authority(scheme: str, authority: str) -> Origin:
    if "@" in authority:
        raise EgressDenied("The address holds a user name or password.")
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise EgressDenied(f"{authority[:100]!r} is not a plain host and port.")
    port = int(match["port"]) if match["port"] else DEFAULT_PORTS[scheme]
    if not 0 < port < 65_536:
        raise EgressDenied(f"{port} is not a port.")
    return Origin(scheme, normalise_host(match["host"]), port)


def _to_ascii(host: str) -> str:
    try:
        return idna.encode(host, uts46=True, transitional=False).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise EgressDenied(f"{host[:100]!r} is not a host name: {error}.") from error


def _encoded(part: str, safe: str) -> str:
    # A stray % is sent as %25; everything else that is no URL character is percent-encoded as UTF-8.
    return quote(_BAD_ESCAPE.sub("%25", part), safe=safe)
