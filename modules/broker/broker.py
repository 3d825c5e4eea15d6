"""The long-lived part of the broker: pools of connections, shared by all runs of a process."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from urllib.parse import urljoin

import httpcore

from core.errors import NexusError, UpstreamFailed
from modules.broker.address import Origin, parse_url
from modules.broker.connections import Connections, Reply
from modules.broker.credentials import Vault
from modules.broker.grant import Grant
from modules.broker.limits import BrokerLimits
from modules.broker.network import PinnedBackend, Reach, Resolver, SystemResolver
from modules.broker.refusal import EgressDenied
from modules.broker.session import BrokerSession, CallScope

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PROBE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Document:
    """A fetched API description: its bytes, its media type, and the address that gave it in the end."""

    content: bytes
    media_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Reachability:
    """Whether a host answered from here, a note beside a proof. ``reason`` says why not."""

    host: str
    reachable: bool
    reason: str | None = None


class Broker:
    """Opens a session for each run, and fetches documents through the same guard."""

    def __init__(
        self,
        limits: BrokerLimits,
        *,
        vault: Vault | None = None,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._vault = vault
        self._resolver = resolver or SystemResolver()
        self._connections = Connections(limits, resolver=self._resolver, tls=tls)

    def session(self, scope: CallScope) -> BrokerSession:
        """The capability host of one run."""
        return BrokerSession(self._connections, self._limits, self._vault, scope)

    async def fetch_document(self, url: str, *, cap: int) -> Document:
        """GET a description from the open internet. Loopback and private addresses are refused, redirects included.

        Raises ``EgressDenied``, ``ResponseTooLarge``, ``UpstreamTimeout`` or ``UpstreamFailed``.
        """
        target = parse_url(url)
        headers = [("Accept", "application/json, application/yaml, text/yaml, text/plain;q=0.5, */*;q=0.1")]
        for _ in range(self._limits.redirects + 1):
            reply = await self._connections.send("GET", target, Reach.PUBLIC, headers, b"", cap, self._limits.seconds)
            location = reply.header("location")
            if reply.status not in _REDIRECTS or not location:
                return _document(reply, str(target))
            target = parse_url(urljoin(str(target), location))
        raise EgressDenied(f"{target.origin} redirects more than {self._limits.redirects} times.")

    async def reachability(self, grant: Grant) -> list[Reachability]:
        """Whether each host of ``grant`` accepts a connection from here, through its binding if it has one."""
        return list(await asyncio.gather(*(self._probe(host, grant) for host in sorted(grant.hosts, key=str))))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._connections.aclose()

    async def _probe(self, host: Origin, grant: Grant) -> Reachability:
        route = grant.route(parse_url(f"{host}/"))
        bound = [real for described, real in grant.binding.entries if described.origin == host]
        real, reach = (bound[0].origin, Reach.BOUND) if bound else (route.real.origin, route.reach)
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                stream = await PinnedBackend(self._resolver, reach).connect_tcp(real.host, real.port)
                await stream.aclose()
        except NexusError as error:
            return Reachability(str(host), False, error.detail)
        except (TimeoutError, OSError, httpcore.NetworkError, httpcore.TimeoutException) as error:
            return Reachability(str(host), False, str(error) or type(error).__name__)
        return Reachability(str(host), True)


def _document(reply: Reply, url: str) -> Document:
    if not 200 <= reply.status < 300:
        raise UpstreamFailed(f"{url} answered with status {reply.status}.", retryable=reply.status >= 500)
    return Document(reply.body, reply.header("content-type").partition(";")[0].strip(), url)
