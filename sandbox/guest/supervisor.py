"""The trusted process between zygote and runner: starts the runner, holds the clock, reports how it ended.

It reports on a descriptor that the runner never holds, so that how a run ended cannot be forged.
"""

from __future__ import annotations

import json
import os
import select
import signal
from collections.abc import Callable
from typing import Any

from . import kernel
from .confine import Fences, confine

_CHANNEL, _TROUBLE, _FREE = 3, 4, 5
_PARKED = 64
_FALLBACK_TICK = 20
_MESSAGE = 1000


def supervise(
    fences: Fences, request: dict[str, Any], channel: int, control: int, null: int, parent: int,
    work: Callable[[int], None],
) -> None:  # fmt: skip
    """Run ``work`` in a confined child and send one report on ``control``. Never raises."""
    report: dict[str, Any]
    try:
        report = _supervised(fences, request, channel, control, null, parent, work)
    except (OSError, kernel.SetupFailed) as error:
        report = {"setup": str(error)}
    try:
        os.write(control, json.dumps(report).encode())
    except OSError:
        os._exit(1)


def _supervised(
    fences: Fences, request: dict[str, Any], channel: int, control: int, null: int, parent: int,
    work: Callable[[int], None],
) -> dict[str, Any]:  # fmt: skip
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if kernel.LINUX:
        kernel.die_with_parent()
        if os.getppid() != parent:
            return {"setup": "the zygote ended"}
    if fences.pid_namespace and not kernel.enter_namespaces(kernel.NEWPID):
        return {"setup": "a pid namespace was refused"}
    alive_read, alive_write = os.pipe()
    trouble_read, trouble_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(alive_write)
        _run(fences, request, (channel, trouble_write, null), alive_read, work)
    for each in (channel, alive_read, trouble_write):
        os.close(each)
    killed = _wait(child, control, request["backstop_seconds"])
    _, status, usage = os.wait4(child, 0)
    trouble = os.read(trouble_read, _MESSAGE)
    if trouble:
        return {"setup": trouble.decode("utf-8", "replace")}
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "killed": killed,
        "cpu": usage.ru_utime + usage.ru_stime,
        "rss": usage.ru_maxrss,
    }


def _run(
    fences: Fences, request: dict[str, Any], descriptors: tuple[int, int, int], alive: int, work: Callable[[int], None]
) -> None:
    """The runner's life: fences first, then the work. Never returns."""
    code = 1
    try:
        _put_up_fences(fences, request, descriptors, alive)
        work(_CHANNEL)
        code = 0
    finally:
        os._exit(code)


def _put_up_fences(fences: Fences, request: dict[str, Any], descriptors: tuple[int, int, int], alive: int) -> None:
    """Everything before the first untrusted byte. Trouble goes to a pipe that is closed when all stands."""
    trouble = descriptors[1]
    try:
        if kernel.LINUX:
            kernel.die_with_parent()
        if select.select([alive], [], [], 0)[0]:
            raise kernel.SetupFailed("the supervisor ended first")
        _place(descriptors)
        trouble = _TROUBLE
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        confine(fences, request["limits"])
        os.close(_TROUBLE)
    except BaseException as error:
        os.write(trouble, f"{type(error).__name__}: {error}".encode()[:_MESSAGE])
        raise


def _place(descriptors: tuple[int, int, int]) -> None:
    """Channel and trouble at 3 and 4, the null device at 0 to 2, nothing else open.

    All are parked out of the way first: one of them may be where another belongs.
    """
    for offset, each in enumerate(descriptors):
        os.dup2(each, _PARKED + offset)
    os.dup2(_PARKED, _CHANNEL)
    os.dup2(_PARKED + 1, _TROUBLE)
    for standard in (0, 1, 2):
        os.dup2(_PARKED + 2, standard)
    kernel.close_from(_FREE)


def _wait(child: int, control: int, seconds: float) -> str:
    """Until the child ends, the host says stop or goes away, or the time is over: then kill. Says who did."""
    if not hasattr(os, "pidfd_open"):
        return _wait_by_polling(child, control, seconds)
    handle = os.pidfd_open(child)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(control, select.POLLIN | select.POLLHUP)
    ready = poll.poll(seconds * 1000)
    if any(fd == handle for fd, _ in ready):
        return ""
    os.kill(child, signal.SIGKILL)
    return "host" if ready else "backstop"


def _wait_by_polling(child: int, control: int, seconds: float) -> str:
    poll = select.poll()
    poll.register(control, select.POLLIN | select.POLLHUP)
    for _ in range(int(seconds * 1000 / _FALLBACK_TICK)):
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return ""
        if poll.poll(_FALLBACK_TICK):
            os.kill(child, signal.SIGKILL)
            return "host"
    os.kill(child, signal.SIGKILL)
    return "backstop"
