"""Where a worker listens, and who may speak with it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import grpc

from core.errors import InvalidInput

_TCP = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:\[\]/]+):(?P<port>\d{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """``unix:/path`` or ``host:port``; exactly one of ``path`` and ``host`` is set."""

    path: str | None = None
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ``InvalidInput``."""
        if text.startswith("unix:"):
            path = text.removeprefix("unix:").removeprefix("//")
            if path.startswith("/"):
                return cls(path=path)
        match = _TCP.fullmatch(text)
        if match is None or int(match["port"]) > 65535:
            raise InvalidInput(f"{text!r} is no address of a worker.", mend="Write unix:/path/to/socket, or host:port.")
        return cls(host=match["host"], port=int(match["port"]))

    def __str__(self) -> str:
        return self.target

    @property
    def target(self) -> str:
        """As gRPC writes it."""
        return f"unix:{self.path}" if self.path is not None else f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it. A name is not trusted to stay what it is, except ``localhost``."""
        if self.path is not None or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    def with_port(self, port: int) -> Self:
        """The same host with the port that was found."""
        return self if self.path is not None else replace(self, port=port)

    def check_served(self, identity: Identity) -> None:
        """Raise ``InvalidInput`` unless whoever can reach it must prove who they are, and nobody can listen in."""
        if self.path is not None:
            return
        if not identity.token and not identity.knows_callers:
            raise InvalidInput(
                f"At {self} anybody who reaches it could run code.",
                mend="Set sandbox.token_file, or sandbox.tls_ca with sandbox.tls_certificate and sandbox.tls_key.",
            )
        if not self.is_local and not identity.has_certificate:
            raise InvalidInput(
                f"At {self} code and answers would travel in the clear.",
                mend="Set sandbox.tls_certificate and sandbox.tls_key, or serve a loopback address.",
            )


@dataclass(frozen=True, slots=True)
class Identity:
    """A shared token; and in PEM this side's certificate, its key, and the authority that signed the other side's."""

    token: str = ""
    certificate: bytes = b""
    key: bytes = b""
    authority: bytes = b""

    @classmethod
    def read(cls, token: Path | None, certificate: Path | None, key: Path | None, authority: Path | None) -> Self:
        """From files. Raises ``InvalidInput`` for one that cannot be read, is empty, or misses its other half."""
        if (certificate is None) != (key is None):
            raise InvalidInput("A certificate needs its key.", mend="Set sandbox.tls_certificate and sandbox.tls_key.")
        files = {"token": token, "certificate": certificate, "key": key, "authority": authority}
        contents = {name: _content(path) for name, path in files.items()}
        try:
            shared = contents["token"].decode("ascii").strip()
        except UnicodeDecodeError:
            raise InvalidInput(f"{token} is no token: it holds more than plain characters.") from None
        return cls(shared, contents["certificate"], contents["key"], contents["authority"])

    @property
    def has_certificate(self) -> bool:
        """Whether this side can show who it is."""
        return bool(self.certificate)

    @property
    def knows_callers(self) -> bool:
        """Whether the other side must show a certificate."""
        return bool(self.certificate and self.authority)

    def server_credentials(self) -> grpc.ServerCredentials | None:
        """TLS for a server; ``None`` without a certificate."""
        if not self.certificate:
            return None
        return grpc.ssl_server_credentials(
            [(self.key, self.certificate)], self.authority or None, require_client_auth=bool(self.authority)
        )

    def channel_credentials(self) -> grpc.ChannelCredentials | None:
        """TLS for a client; ``None`` without an authority to know the server by."""
        if not self.authority:
            return None
        return grpc.ssl_channel_credentials(self.authority, self.key or None, self.certificate or None)


def _content(path: Path | None) -> bytes:
    if path is None:
        return b""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.", mend="Correct the path or its mode.") from error
    if not content.strip():
        raise InvalidInput(f"{path} is empty.", mend="Write the secret into it.")
    return content
