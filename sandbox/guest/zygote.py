"""The zygote: one thread, nothing of ours, everything loaded; forks a supervisor for each request."""

from __future__ import annotations

import array
import gc
import json
import os
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from . import preload
from .confine import Fences, prepare
from .supervisor import supervise

_MESSAGE = 64 * 1024


def _receive(host: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    message, ancillary, _, _ = host.recvmsg(_MESSAGE, socket.CMSG_LEN(2 * array.array("i").itemsize))
    if not message:
        return None
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    return json.loads(message), list(descriptors)


def _fork_supervisor(
    fences: Fences, host: socket.socket, null: int, request: dict[str, Any], descriptors: list[int],
    work: Callable[[int], None],
) -> None:  # fmt: skip
    zygote = os.getpid()
    try:
        child = os.fork()
    except OSError as error:
        os.write(descriptors[1], json.dumps({"setup": str(error)}).encode())
        return
    if child:
        return
    try:
        host.close()
        gc.enable()
        channel, control = descriptors
        supervise(fences, request, channel, control, null, zygote, work)
    finally:
        os._exit(0)


def _load_work(profile: str, zones: str, layers: frozenset[str]) -> Callable[[int], None]:
    """What children of this profile do. The other's part is never loaded, so that no child can reach it."""
    if profile == "compile":
        from . import compiler

        preload.load_lazy_imports()
        return partial(compiler.serve, restricted="static" in layers)
    from . import facades, runner

    preload.load_lazy_imports()
    return partial(runner.serve, facades=facades.build(preload.load_zones(zones)), guarded="runtime" in layers)


def _open_memory() -> int | None:
    """The kernel's count of this process's pages, opened before nothing can be opened any more."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return None


def _health(null: int, memory: int | None) -> dict[str, int]:
    """Bytes resident, and the lowest free descriptor, which rises with every one that leaks."""
    lowest = os.dup(null)
    os.close(lowest)
    pages = 0 if memory is None else int(os.pread(memory, 100, 0).split()[1])
    return {"memory": pages * os.sysconf("SC_PAGE_SIZE"), "descriptors": lowest}


def serve(descriptor: int, zones: str, layers: frozenset[str], profile: str) -> None:
    """Load, confine, report, then answer requests until the host goes away."""
    os.environ.clear()  # what the interpreter itself put there
    host = socket.socket(fileno=descriptor)
    null = os.open(os.devnull, os.O_RDWR)
    memory = _open_memory()
    work = _load_work(profile, zones, layers)
    preload.empty_import_system()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    preload.give_back_memory()
    gc.disable()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    fences = prepare(layers)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors are reaped by the kernel
    gc.freeze()
    host.sendall(json.dumps(fences.layers).encode())
    while (received := _receive(host)) is not None:
        request, descriptors = received
        if request["kind"] == "health":
            host.sendall(json.dumps(_health(null, memory)).encode())
        else:
            _fork_supervisor(fences, host, null, request, descriptors, work)
        for each in descriptors:
            os.close(each)
