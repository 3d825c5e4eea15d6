"""A process forked from one that has imported the program: as separate as any other, and started in a fraction."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from functools import cache
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from tests.scenario.launcher import launch

PRELOADED = ["__main__", "orchestrator.app", "orchestrator.cli.program", "orchestrator.cli.serve"]


@cache
def context() -> ForkServerContext:
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(PRELOADED)
    return forking


class Forked:
    """The part of ``subprocess.Popen`` that a service needs. Any thread may ask it, as with ``Popen``.

    The exit code comes once, through a pipe. Two threads that read it at the same moment would leave one of them at the
    pipe's end, which multiprocessing takes for code 255.
    """

    def __init__(self, variables: Mapping[str, str], folder: Path, log: Path) -> None:
        self._reading = threading.Lock()
        self._process: ForkServerProcess = context().Process(target=launch, args=(dict(variables), folder, log))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        with self._reading:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        wait([self._process.sentinel], timeout)
        code = self.poll()
        assert code is not None, f"process {self.pid} lives on"
        return code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)
