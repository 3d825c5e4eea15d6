"""The address the service listens on."""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.errors import InvalidInput, Unavailable

PORTS_TRIED = 50
BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Bind:
    """Host and port of the setting ``bind``."""

    host: str
    port: int

    def url(self) -> str:
        """Where a client on this machine reaches it: an address that means every interface is reached by loopback."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_bind(text: str) -> Bind:
    """``127.0.0.1:8000`` or ``[::1]:8000``. Raises ``InvalidInput``."""
    wrong = InvalidInput(
        f"The setting bind is {text!r}, which is not HOST:PORT.", mend="Write it like 127.0.0.1:8000 or [::1]:8000."
    )
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if host is None or port is None or parts.path or parts.username is not None:
        raise wrong
    return Bind(host, port)


def listen(wanted: Bind) -> tuple[socket.socket, Bind]:
    """A listening socket on ``wanted``, or on the next free port; port 0 takes any. Raises ``Unavailable``."""
    last = wanted.port if wanted.port == 0 else min(wanted.port + PORTS_TRIED, 65535)
    family = socket.AF_INET6 if ":" in wanted.host else socket.AF_INET
    for port in range(wanted.port, last + 1):
        # Naming TCP matters: asyncio sets TCP_NODELAY only on sockets that say so, and without it every event of a
        # stream but the first waits some 40 ms for the client's delayed acknowledgement.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((wanted.host, port))
            # Listening right away: until then another process could still bind the same port.
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise Unavailable(
                    f"Cannot listen on {wanted.host}:{port}: {error.strerror or error}.",
                    mend="Set NEXUS_BIND to an address of this machine and a port that this user may use.",
                ) from error
            continue
        return listener, Bind(wanted.host, listener.getsockname()[1])
    raise Unavailable(f"Every port from {wanted.port} to {last} is taken.", mend="Set NEXUS_BIND to a free port.")
