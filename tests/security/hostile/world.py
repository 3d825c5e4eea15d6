"""What lies around the sandbox and must stay as it is: files, listeners, the environment, processes, this process."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from tests.security.sandbox.processes import watched

_PATIENCE = 10.0


class World:
    """Canaries that everybody on this machine may touch, so that only the sandbox keeps its runs from them."""

    def __init__(self, folder: Path) -> None:
        self.secret = secrets.token_hex(16)
        self.folder = folder
        self.file = folder / "canary.txt"
        self.file.write_text(self.secret)
        self.unix = folder / "canary.sock"
        self.abstract = f"nexus-canary-{self.secret}"
        self.port = 0
        self.connections: list[str] = []
        for path, mode in ((folder, 0o777), (self.file, 0o666)):
            path.chmod(mode)
        os.environ["NEXUS_CANARY"] = self.secret
        self._listing = self._look()
        self._modules = frozenset(sys.modules)
        self._builtins = dict(vars(builtins))
        self._encoder = json.dumps

    def written_into(self, source: str) -> str:
        """``source`` with the canaries' places in it."""
        places = {"FILE": self.file, "FOLDER": self.folder, "PORT": self.port, "UNIX": self.unix}
        for name, value in {**places, "ABSTRACT": self.abstract}.items():
            source = source.replace(f"@{name}@", str(value))
        return source

    def changes(self, told: str) -> list[str]:
        """What is not as it was. ``told``: all that came out of the sandbox, in which the secret must not be."""
        found: list[str] = []
        if self.secret in told:
            found.append("the secret came out")
        if self._look() != self._listing:
            found.append(f"the folder changed: {sorted(self._look())}")
        if self.connections:
            found.append(f"somebody connected: {self.connections}")
        if dict(vars(builtins)) != self._builtins or json.dumps is not self._encoder:
            found.append("this process was changed")
        grown = {name for name in frozenset(sys.modules) - self._modules if name.split(".")[0] == "canary"}
        if grown:
            found.append(f"modules came into this process: {sorted(grown)}")
        return found

    def settle(self) -> None:
        """Take the world as it is for how it should be: after what a test did to it on purpose."""
        self.connections.clear()
        for path in self.folder.iterdir():
            if path not in (self.file, self.unix):
                path.unlink()
        self.file.write_text(self.secret)
        self._listing = self._look()

    def _look(self) -> dict[str, tuple[int, str]]:
        return {
            path.name: (path.stat().st_mode, path.read_text() if path.is_file() else "")
            for path in self.folder.iterdir()
            if path.name != "canary.sock"
        }

    async def _serve(self, kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(kind)
        writer.close()


@contextlib.asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """A world with its listeners: TCP on loopback, a Unix socket, an abstract one."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-canary-", dir="/tmp"))
    world = World(folder)
    try:
        async with contextlib.AsyncExitStack() as stack:
            tcp = await asyncio.start_server(lambda r, w: world._serve("tcp", r, w), "127.0.0.1", 0)
            unix = await asyncio.start_unix_server(lambda r, w: world._serve("unix", r, w), str(world.unix))
            abstract = await asyncio.start_unix_server(
                lambda r, w: world._serve("abstract", r, w), f"\0{world.abstract}"
            )
            for server in (tcp, unix, abstract):
                stack.callback(server.close)
            world.unix.chmod(0o777)
            world.port = tcp.sockets[0].getsockname()[1]
            yield world
    finally:
        os.environ.pop("NEXUS_CANARY", None)
        shutil.rmtree(folder, ignore_errors=True)


async def nothing_left_below(pid: int) -> bool:
    """Whether the last descendant of a process ends, which the kernel tells when it has cleared up."""
    while below := [child.pid for child in psutil.Process(pid).children(recursive=True)]:
        try:
            async with watched(below) as ends:
                await asyncio.wait_for(ends, _PATIENCE)
        except ProcessLookupError:  # one ended while it was looked at
            continue
        except TimeoutError:
            return False
    return True
