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
from pathlib import Path
from typing import Any

from core.errors import Unavailable

_BOOT_SECONDS = 30.0
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


class Zygote:
    """One zygote process. ``report`` says what it found it can enforce."""

    def __init__(self, process: subprocess.Popen[bytes], link: socket.socket, report: dict[str, Any]) -> None:
        self._process = process
        self._link = link
        self.report = report

    @classmethod
    async def start(cls, layers: Sequence[str]) -> Zygote:
        """Start one with an empty environment and wait until it is loaded and confined."""
        ours, theirs = message_pair()
        ours.setblocking(False)
        process: subprocess.Popen[bytes] | None = None
        try:
            process = _spawn(theirs, layers)
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

    async def aclose(self) -> None:
        """End it, and with it every run it holds."""
        self._link.close()
        if self._process.poll() is None:
            self._process.kill()
            await asyncio.get_running_loop().run_in_executor(None, self._process.wait)


def _spawn(link: socket.socket, layers: Sequence[str]) -> subprocess.Popen[bytes]:
    restricted = _folder("RestrictedPython")
    if restricted is None:
        raise Unavailable("RestrictedPython is not installed.", mend=_REINSTALL)
    command = [
        sys.executable, "-I", "-S", "-B", "-X", "utf8", str(_GUEST / "boot.py"),
        str(restricted), str(_GUEST), str(_zone_folder()), str(link.fileno()), ",".join(layers),
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
