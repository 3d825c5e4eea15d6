"""A Redis server of our own for tests: on a Unix socket in a temporary folder, gone with its owner."""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

START_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


class NoRedis(RuntimeError):
    """This machine has no Redis that could be started; the message is the reason to skip with."""


class RedisServer:
    """One server that keeps nothing on disk. It can be killed, stopped in its tracks, and started again."""

    def __init__(self, *options: str) -> None:
        """``options`` as on its command line, without ``port``: there is none unless they name one."""
        found = shutil.which("redis-server")
        if found is None:
            raise NoRedis("no Redis: Debian's package redis-server is not installed")
        self.home = Path(tempfile.mkdtemp(prefix="nexus-redis-"))
        self.socket = self.home / "redis.sock"
        self._command = [found, "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.home)]
        self._command += ["--save", "", "--appendonly", "no", "--daemonize", "no", *options]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """The address of the socket."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Begin, empty, and wait until it takes connections."""
        self.socket.unlink(missing_ok=True)
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(self.socket))
                return
            time.sleep(0.01)
        self.kill()
        raise NoRedis(f"no Redis: it did not start: {(self.home / 'log').read_text(errors='replace')[-400:]}")

    def send(self, number: signal.Signals) -> None:
        """A signal: SIGSTOP makes it hang, SIGCONT go on."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once, with all that it keeps."""
        self.send(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(timeout=START_SECONDS)

    def stop(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


@contextlib.contextmanager
def running_redis(options: Sequence[str] = ()) -> Iterator[RedisServer]:
    """A server for the length of a ``with`` block; raises ``NoRedis`` where none can be had."""
    server = RedisServer(*options)
    try:
        yield server
    finally:
        server.stop()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
