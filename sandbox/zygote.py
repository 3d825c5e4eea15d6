"""The host's end of the zygote: starts it, hands it requests, ends it."""

from __future__ import annotations

import array
import asyncio
import importlib.util
import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.errors import Unavailable

Profile = Literal["run", "compile"]
"""What a zygote has loaded, and so what its children can do: the kind of request that it takes."""

PROFILES: tuple[Profile, ...] = ("run", "compile")
_BOOT_SECONDS = 30.0
_ANSWER_SECONDS = 10.0
_REINSTALL = "Install NEXUS again with its locked requirements."
_SYSTEM_ZONES = Path("/usr/share/zoneinfo")
_GUEST = Path(__file__).parent / "guest"


def _folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def _zone_folder() -> Path:
    package = _folder("tzdata")
    return package / "zoneinfo" if package else _SYSTEM_ZONES


def message_pair() -> tuple[socket.socket, socket.socket]:
    """Two ends that keep messages whole where the system can."""
    kind = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
    return socket.socketpair(socket.AF_UNIX, kind)


@dataclass(frozen=True, slots=True)
class Health:
    """What a zygote holds: bytes of resident memory (0 where it cannot know), and its lowest free descriptor."""

    memory: int
    descriptors: int


class Zygote:
    """One zygote process. ``report`` says what it found it can enforce."""

    def __init__(self, process: subprocess.Popen[bytes], link: socket.socket, report: dict[str, Any]) -> None:
        self._process = process
        self._link = link
        self.report = report

    @classmethod
    async def start(cls, layers: Sequence[str], profile: Profile) -> Zygote:
        """Start one of ``profile`` with an empty environment and wait until it is loaded and confined."""
        ours, theirs = message_pair()
        ours.setblocking(False)
        process: subprocess.Popen[bytes] | None = None
        try:
            process = _spawn(theirs, layers, profile)
            theirs.close()
            async with asyncio.timeout(_BOOT_SECONDS):
                ready = await asyncio.get_running_loop().sock_recv(ours, 65536)
            report = json.loads(ready) if ready else {"error": "it ended without a word"}
            if "error" in report:
                raise Unavailable(f"The sandbox's zygote cannot start: {report['error']}.", mend=_REINSTALL)
            return cls(process, ours, report)
        except BaseException:
            ours.close()
            theirs.close()
            if process is not None:
                process.kill()
                process.wait()
            raise

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs. Reaps it if not."""
        return self._process.poll() is None

    def dispatch(self, request: dict[str, Any], channel: socket.socket, control: socket.socket) -> None:
        """Send one request with the child's two ends. ``OSError`` if the zygote is gone."""
        descriptors = array.array("i", [channel.fileno(), control.fileno()])
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)]
        self._link.sendmsg([json.dumps(request).encode()], rights)

    async def health(self) -> Health:
        """What it holds now, by its own account. ``OSError`` if it is gone, ``TimeoutError`` if it does not answer."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_ANSWER_SECONDS):
            await loop.sock_sendall(self._link, json.dumps({"kind": "health"}).encode())
            answer = await loop.sock_recv(self._link, 4096)
        if not answer:
            raise ConnectionResetError("the zygote ended")
        return Health(**json.loads(answer))

    async def aclose(self) -> None:
        """End it, and with it every run it holds."""
        self._link.close()
        if self._process.poll() is None:
            self._process.kill()
            await asyncio.get_running_loop().run_in_executor(None, self._process.wait)


def _spawn(link: socket.socket, layers: Sequence[str], profile: Profile) -> subprocess.Popen[bytes]:
    restricted = _folder("RestrictedPython")
    if restricted is None:
        raise Unavailable("RestrictedPython is not installed.", mend=_REINSTALL)
    command = [
        sys.executable, "-I", "-S", "-B", "-X", "utf8", str(_GUEST / "boot.py"),
        str(restricted), str(_GUEST), str(_zone_folder()), str(link.fileno()), ",".join(layers), profile,
    ]  # fmt: skip
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own file
        command,
        env={},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(link.fileno(),),
        start_new_session=True,
    )
