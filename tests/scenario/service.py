"""The real service in a process of its own, that a test may kill, stop and start again on the same data."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.scenario.forked import Forked

NEXUS = str(Path(sys.executable).with_name("nexus"))
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PATIENCE = 60.0
STARTS = re.compile(r"serves on (http://\S+)")
READY = "\nReady.\n"
COMPLAINT = re.compile(r"\b(WARNING|ERROR|CRITICAL|Traceback|Warning:)")
# The driver's remark on a checkpoint that was being written when its process was told to stop: the write is undone, and
# whoever takes the run over makes it again.
CUT_SHORT = re.compile(r"psycopg: error ignored terminating <psycopg\.Pipeline")

T = TypeVar("T")


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of a NEXUS process of this data directory, whatever the tests themselves run in."""
    left_out = ("NEXUS_", "TEST_", "PYTHONDONTWRITEBYTECODE")  # the last would compile everything at every start
    ours = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**ours, "NEXUS_DATA_DIR": str(data_dir), "NEXUS_BIND": "127.0.0.1:0", "PYTHONPATH": str(ROOT), **settings}


class Service:
    """One data directory and the process that serves it at the moment.

    ``plain``: exactly the command ``nexus serve``. Otherwise the same program is forked from a process that has
    imported it already, which saves most of a start, and can be ordered to die (see ``launcher``).
    """

    def __init__(self, data_dir: Path, *, plain: bool = False, **settings: str) -> None:
        self.data_dir = data_dir
        self.settings = settings
        self.tolerated = ""
        self.process: subprocess.Popen[bytes] | Forked | None = None
        self._plain = plain
        self._log = data_dir.parent / f"serve-{uuid.uuid4().hex[:8]}.log"
        self._start = 0
        self._client: httpx.Client | None = None

    def start(self, **more: str) -> Service:
        """Start the process; ``more`` are variables of this start alone."""
        assert not self.alive, "it runs already"
        variables = environment(self.data_dir, **self.settings, **more)
        self._log.touch()
        self._start = self._log.stat().st_size
        if self._plain:
            with self._log.open("ab") as log:
                self.process = subprocess.Popen(
                    [NEXUS, "serve"],
                    cwd=self.data_dir.parent,
                    env=variables,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        else:
            self.process = Forked(variables, self.data_dir.parent, self._log)
        return self

    def ready(self) -> Service:
        """Wait until it serves everything."""
        self.until(lambda: READY in self.said, "it is ready")
        found = STARTS.search(self.said)
        assert found, self.said
        if self._client is not None:
            self._client.close()
        headers = {"Authorization": f"Bearer {self.key}"}
        self._client = httpx.Client(base_url=found[1], headers=headers, timeout=PATIENCE, trust_env=False)
        return self

    @property
    def said(self) -> str:
        """Everything that the present process has printed."""
        return self._log.read_bytes()[self._start :].decode(errors="replace")

    @property
    def log(self) -> str:
        """Everything that any of its processes has printed."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @property
    def complaints(self) -> list[str]:
        """What any of its processes has logged as a warning or worse, but for what is ``tolerated`` (a pattern)."""
        spoken = [line for line in self.log.splitlines() if COMPLAINT.search(line) and not CUT_SHORT.search(line)]
        return [line for line in spoken if not (self.tolerated and re.search(self.tolerated, line))]

    @property
    def http(self) -> httpx.Client:
        """The owner, by key."""
        assert self._client is not None, "the service has not been ready yet"
        return self._client

    @property
    def key(self) -> str:
        return (self.data_dir / "owner.key").read_text().strip()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def dies(self) -> Service:
        """Wait for the kill that was ordered with the start."""
        assert self.process is not None
        code = self.process.wait(PATIENCE)
        assert code == -signal.SIGKILL, f"it ended with {code}, having said:\n{self.said}"
        return self

    def kill(self) -> Service:
        """``kill -9``."""
        assert self.process is not None
        self.process.kill()
        return self.dies()

    def stop(self) -> int:
        """End it as a service manager would; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        """End whatever is left of it."""
        if self.process is not None and self.alive:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        if self._client is not None:
            self._client.close()

    def until(self, true: Callable[[], T], what: str) -> T:
        """Wait for something outside this process; fails with all that the service said."""
        deadline = time.monotonic() + PATIENCE
        while not (found := true()):
            assert self.alive, f"the service ended before {what}, having said:\n{self.said}"
            assert time.monotonic() < deadline, f"in vain until {what}; the service said:\n{self.said}"
            time.sleep(0.01)
        return found

    def command(self, *arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        """Run ``nexus ARGUMENTS`` as the person at this data directory."""
        return subprocess.run(
            [NEXUS, *arguments],
            cwd=self.data_dir.parent,
            env=environment(self.data_dir, **self.settings, **settings),
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def spawn(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``nexus ARGUMENTS`` beside the service; its output can be read as it comes."""
        return subprocess.Popen(
            [NEXUS, *arguments],
            cwd=self.data_dir.parent,
            env=environment(self.data_dir, **self.settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def get(self, path: str, **params: Any) -> Any:
        """The JSON at ``path``."""
        return answered(self.http.get(path, params=params, headers={"Accept": "application/json"}))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return answered(self.http.post(path, json=body, headers=headers))

    @contextlib.contextmanager
    def stream(self, path: str, *, after: int = 0) -> Iterator[Iterator[dict[str, Any]]]:
        """Server-sent events of ``path`` beyond ``after``, as they arrive."""
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        with self.http.stream("GET", path, headers=headers) as response:
            assert response.is_success, response.read()
            yield (json.loads(line[5:]) for line in response.iter_lines() if line.startswith("data:"))

    def events(self, *, after: int = 0, run: str | None = None) -> list[dict[str, Any]]:
        """Every event beyond ``after``, page by page."""
        path = f"/v1/runs/{run}/events" if run else "/v1/events"
        found: list[dict[str, Any]] = []
        cursor: int | None = after
        while cursor is not None:
            page = self.get(path, after=cursor, limit=500)
            found += page["items"]
            cursor = page["next"]
        return found


def answered(response: httpx.Response) -> Any:
    """The JSON of a successful response."""
    assert response.is_success, f"{response.request.method} {response.request.url}: {response.text}"
    return response.json() if response.content else None
