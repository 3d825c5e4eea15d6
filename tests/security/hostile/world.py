"""What lies around the sandbox and must stay as it is: files, listeners, the environment, processes, this process."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import json
import os
import resource
import secrets
import shutil
import socket
import stat
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from tests.security.hostile.service import Service
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
        self.service = Service()
        for path, mode in ((folder, 0o777), (self.file, 0o666)):
            path.chmod(mode)
        os.environ["NEXUS_CANARY"] = self.secret
        self._listing = self._look()
        self._modules = frozenset(sys.modules)
        self._process = _this_process()

    def written_into(self, source: str) -> str:
        """``source`` with the canaries' places in it."""
        places = {"FILE": self.file, "FOLDER": self.folder, "PORT": self.port, "UNIX": self.unix}
        places |= {"DATAGRAM": self.folder / "canary.dgram", "PID": os.getpid()}
        for name, value in {**places, "ABSTRACT": self.abstract}.items():
            source = source.replace(f"@{name}@", str(value))
        return source

    def changes(self, told: str) -> list[str]:
        """What is not as it was. ``told``: all that came out of the sandbox, in which the secret must not be."""
        found: list[str] = []
        if self.secret in told:
            found.append("the secret came out")
        before, after = self._listing, self._look()
        differ = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        if differ:
            found.append(f"the folder changed: {differ}")
        if self.connections:
            found.append(f"somebody connected: {self.connections}")
        if self.service.strange:
            found.append(f"the service was sent what nobody may send: {self.service.strange}")
        now = _this_process()
        found += [f"this process was changed: its {part}" for part in now if now[part] != self._process[part]]
        grown = {name for name in frozenset(sys.modules) - self._modules if name.split(".")[0] == "canary"}
        if grown:
            found.append(f"modules came into this process: {sorted(grown)}")
        return found

    def settle(self) -> None:
        """Take the world as it is for how it should be: after what a test did to it on purpose."""
        self.connections.clear()
        self.service.strange.clear()
        self._process = _this_process()
        for path in self.folder.iterdir():
            if not path.name.startswith("canary."):
                path.unlink()
        self.file.write_text(self.secret)
        self._listing = self._look()

    def _look(self) -> dict[str, tuple[object, ...]]:
        """Each entry's content, and what a program could change about it without writing: mode, owner, times, links."""
        return {path.name: _state(path) for path in (self.folder, *self.folder.iterdir())}

    async def _serve(self, kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(kind)
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Writes down that one came."""

    def __init__(self, kind: str, connections: list[str]) -> None:
        self._note = lambda: connections.append(kind)

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._note()


def _state(path: Path) -> tuple[object, ...]:
    info = path.lstat()
    content = path.read_bytes() if stat.S_ISREG(info.st_mode) else b""
    return info.st_mode, info.st_uid, info.st_gid, info.st_ino, info.st_nlink, info.st_mtime_ns, content


def _this_process() -> dict[str, object]:
    """What an attack could change about the process that holds the sandbox."""
    return {
        "builtins": dict(vars(builtins)),
        "json": (json.dumps, json.loads),
        "environment": {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        "import system": (list(sys.path), list(sys.meta_path), list(sys.path_hooks)),
        "folder": Path.cwd(),
        "limits": {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if "RLIMIT_" in name},
        "priority": (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0), os.getpgid(0), os.getsid(0)),
    }


@contextlib.asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """A world with its listeners: TCP and UDP on loopback, Unix sockets of both kinds, an abstract one, the service."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-canary-", dir="/tmp"))
    world = World(folder)
    try:
        async with contextlib.AsyncExitStack() as stack:
            tcp = await asyncio.start_server(lambda r, w: world._serve("tcp", r, w), "127.0.0.1", 0)
            unix = await asyncio.start_unix_server(lambda r, w: world._serve("unix", r, w), str(world.unix))
            abstract = await asyncio.start_unix_server(
                lambda r, w: world._serve("abstract", r, w), f"\0{world.abstract}"
            )
            service = await asyncio.start_server(world.service.connected, "127.0.0.1", 0)
            for server in (tcp, unix, abstract, service):
                stack.callback(server.close)
            world.port = tcp.sockets[0].getsockname()[1]
            world.service.port = service.sockets[0].getsockname()[1]
            loop = asyncio.get_running_loop()
            by_path = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            by_path.bind(str(folder / "canary.dgram"))
            by_address = socket.socket(type=socket.SOCK_DGRAM)
            by_address.bind(("127.0.0.1", world.port))
            for kind, listener in (("udp", by_address), ("unix datagram", by_path)):
                listener.setblocking(False)
                transport, _ = await loop.create_datagram_endpoint(
                    lambda kind=kind: _Datagrams(kind, world.connections), sock=listener
                )
                stack.callback(transport.close)
            for path in (world.unix, folder / "canary.dgram"):
                path.chmod(0o777)
            world.settle()
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
