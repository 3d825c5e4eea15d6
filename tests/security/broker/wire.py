"""A loopback server whose every answer a test writes, names and secrets that a test makes up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from modules.broker import Binding, BrokerSession, Grant, parse_origin

Respond = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]
OpenSession = Callable[..., BrokerSession]
DESCRIBED = "http://api.example"


@dataclass
class Request:
    line: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]


def answer(status: int = 200, headers: dict[str, str] | None = None, body: bytes = b"{}") -> Respond:
    async def respond(_: Request, writer: asyncio.StreamWriter) -> None:
        lines = {"Content-Length": str(len(body)), "Content-Type": "application/json", **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)
        await writer.drain()

    return respond


@dataclass
class Upstream:
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    server_names: list[str | None] = field(default_factory=list)
    respond: Respond = field(default_factory=answer)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *rest = head.decode("latin-1").strip().split("\r\n")
                headers = [(name, value.strip()) for name, _, value in (entry.partition(":") for entry in rest)]
                length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
                request = Request(line, headers, await reader.readexactly(length))
                self.requests.append(request)
                await self.respond(request, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Names:
    """A resolver whose answers a test writes; each name's answers are given in turn, the last one for ever."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): list(turns) for name, turns in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        turns = self.answers.get(host)
        if turns is None:
            raise OSError("no such name")
        return turns.pop(0) if len(turns) > 1 else turns[0]


class Secrets:
    def __init__(self, **values: str) -> None:
        self.values = values

    async def reveal(self, org: str, name: str) -> str:
        return self.values[name]


def grant(*hosts: str, binding: dict[str, str] | None = None, credentials: Any = ()) -> Grant:
    return Grant(
        hosts=frozenset(parse_origin(host) for host in hosts),
        capabilities=frozenset({"http", "artifacts"}),
        binding=Binding.parse(binding or {}),
        credentials=tuple(credentials),
    )


async def get(session: BrokerSession, url: str, **more: Any) -> dict[str, Any]:
    return await session.handle("http", {"method": "GET", "url": url, **more})
