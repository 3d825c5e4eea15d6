"""The real service: `nexus serve` in a process of its own, reached over loopback."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import httpx
import pytest

NEXUS = str(Path(sys.executable).with_name("nexus"))
STOP_SECONDS = 20


class Served:
    """A service process. ``said`` collects what it printed."""

    def __init__(self, process: subprocess.Popen[str], data_dir: Path) -> None:
        self.process = process
        self.data_dir = data_dir
        self.said = ""

    def read_until(self, pattern: str) -> re.Match[str]:
        """Wait for a line of the output. Fails with everything that was said where it ends without."""
        while not (match := re.search(pattern, self.said)):
            line = self.output.readline()
            assert line, f"the service ended ({self.process.wait()}) having said:\n{self.said}"
            self.said += line
        return match

    @property
    def output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def url(self) -> str:
        return self.read_until(r"serves on (http://\S+)")[1]

    @property
    def link(self) -> str:
        return self.read_until(r"(http://\S+/login\?code=\S+)")[1]

    @property
    def key(self) -> str:
        return (self.data_dir / "owner.key").read_text().strip()

    def ready(self) -> Served:
        self.read_until(r"(?m)^Ready\.$")
        return self

    def client(self, **arguments) -> httpx.Client:
        """The owner, by key."""
        headers = {"Authorization": f"Bearer {self.key}", **arguments.pop("headers", {})}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, **arguments)

    def stop(self) -> int:
        """End it as a service manager would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("NEXUS_")}
    return {**ours, "NEXUS_DATA_DIR": str(data_dir), "NEXUS_BIND": "127.0.0.1:0", **settings}


Serve = Callable[..., Served]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def serve(data_dir: Path, tmp_path: Path) -> Iterator[Serve]:
    """``serve()`` starts the service; ``serve(NEXUS_BIND=...)`` with settings. All are ended afterwards."""
    started: list[Served] = []

    def start(*, into: Path = data_dir, **settings: str) -> Served:
        process = subprocess.Popen(
            [NEXUS, "serve"],
            cwd=tmp_path,
            env=environment(into, **settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(Served(process, into))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.kill()
        served.output.close()


@pytest.fixture
def nexus(data_dir: Path, tmp_path: Path) -> Run:
    """``nexus("check", "--json")`` runs a command to its end."""

    def run(*arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [NEXUS, *arguments],
            cwd=tmp_path,
            env=environment(data_dir, **settings),
            input=typed,
            capture_output=True,
            text=True,
            timeout=90,
        )

    return run


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One running service for the tests of a module that leave it as it was."""
    folder = tmp_path_factory.mktemp("door")
    data_dir = folder / "data"
    process = subprocess.Popen(
        [NEXUS, "serve"],
        cwd=folder,
        env=environment(data_dir),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    served = Served(process, data_dir)
    served.ready()
    yield served
    served.kill()
    served.output.close()


@pytest.fixture
def at_terminal(data_dir: Path, tmp_path: Path) -> Callable[..., str]:
    """``at_terminal(["credentials", "set", "a"], typed="x")``: run with a terminal; everything that it showed."""

    def run(arguments: list[str], typed: str) -> str:
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            [NEXUS, *arguments],
            cwd=tmp_path,
            env=environment(data_dir),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)
        shown = b""
        # Typed only once asked: what is typed before the echo is off would be shown by the terminal itself.
        while b": " not in shown:
            shown += os.read(controller, 1024)
        os.write(controller, typed.encode() + b"\n")
        with suppress(OSError):
            while more := os.read(controller, 1024):
                shown += more
        process.wait()
        os.close(controller)
        return shown.decode()

    return run


@pytest.fixture
def demo_upstream(data_dir: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """`nexus demo upstream` on a free port: its address, and what it said."""
    process = subprocess.Popen(
        [NEXUS, "demo", "upstream", "--port", "0"],
        cwd=tmp_path,
        env=environment(data_dir),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    words = process.stdout.readline() + process.stdout.readline()
    address = re.search(r"http://[\w.:]+\d", words)
    assert address, words
    yield address[0], words
    process.send_signal(signal.SIGINT)
    assert process.wait(STOP_SECONDS) == 0
    process.stdout.close()
