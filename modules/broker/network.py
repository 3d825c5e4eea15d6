"""Which addresses may be spoken to: every one that a name resolves to is judged, and the judged one is connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, Final, Protocol, cast

import httpcore

from modules.broker.refusal import EgressDenied, UpstreamTimeout

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Reach(Enum):
    """PUBLIC: addresses of the open internet only. BOUND: also loopback and private ones, which an owner bound."""

    PUBLIC = "public"
    BOUND = "bound"


# Cloud metadata and platform services. They answer anyone on the machine with its credentials: no binding opens them.
_METADATA: Final = frozenset(
    map(
        ipaddress.ip_address,
        ("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
    )
)
# Not reachable at all, or reachable in ways that the standard library's is_global does not know in every version.
_NEVER_PUBLIC: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "240.0.0.0/4",
            "::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
            "3fff::/20",
            "5f00::/16",
            "fec0::/10",
        ),
    )
)
_PRIVATE: Final = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "::1/128", "fc00::/7"),
    )
)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def is_allowed(address: Address, reach: Reach) -> bool:
    """Whether ``address``, and any IPv4 address that it wraps, may be connected to."""
    inner = _wrapped(address)
    if inner is not None:
        return is_allowed(inner, reach)
    if address in _METADATA:
        return False
    if reach is Reach.BOUND and any(address in network for network in _PRIVATE if network.version == address.version):
        return True
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _NEVER_PUBLIC if network.version == address.version)
    )


def _wrapped(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address behind an IPv4-mapped, 6to4 or NAT64 one."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None


class Resolver(Protocol):
    """Turns a host name into addresses."""

    async def resolve(self, host: str, port: int) -> Sequence[str]: ...


class SystemResolver:
    """The machine's own resolver, in asyncio's thread pool."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def checked_addresses(resolver: Resolver, host: str, port: int, reach: Reach) -> list[Address]:
    """The addresses of ``host``, resolved once. One that may not be reached refuses them all."""
    try:
        found: Iterable[str] = [ipaddress.ip_address(host).compressed]
    except ValueError:
        try:
            found = await resolver.resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
    addresses = [_parsed(text) for text in found]
    if not addresses:
        raise httpcore.ConnectError(f"{host} has no address")
    for address in addresses:
        if not is_allowed(address, reach):
            raise EgressDenied(f"{host} is at {address}, which is not an address of the open internet.")
    return addresses


def _parsed(text: str) -> Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError as error:
        # getaddrinfo appends a zone to link-local addresses: nothing that may be reached.
        raise EgressDenied(f"{text!r} is not an address of the open internet.") from error


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses only. The TLS name stays the host's, because httpcore sets it from the origin."""

    def __init__(self, resolver: Resolver, reach: Reach) -> None:
        self._resolver = resolver
        self._reach = reach
        self._plain = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A stream to the first judged address that answers."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await checked_addresses(self._resolver, host, port, self._reach)
        except TimeoutError as error:
            raise UpstreamTimeout(f"The name {host} was not resolved in time.") from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return await self._plain.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: a module has no business with a socket file."""
        raise EgressDenied("A module cannot reach a socket file.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
