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

from . import compiler, facades, preload, runner
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
    work: dict[str, Callable[[int], None]],
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
        supervise(fences, request, channel, control, null, zygote, work[request["kind"]])
    finally:
        os._exit(0)


def serve(descriptor: int, zones: str, layers: frozenset[str]) -> None:
    """Load, confine, report, then answer requests until the host goes away."""
    os.environ.clear()  # what the interpreter itself put there
    host = socket.socket(fileno=descriptor)
    null = os.open(os.devnull, os.O_RDWR)
    preload.load_lazy_imports()
    work: dict[str, Callable[[int], None]] = {
        "compile": partial(compiler.serve, restricted="static" in layers),
        "run": partial(runner.serve, facades=facades.build(preload.load_zones(zones)), guarded="runtime" in layers),
    }
    preload.empty_import_system()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.disable()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    fences = prepare(layers)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors are reaped by the kernel
    gc.freeze()
    host.sendall(json.dumps(fences.layers).encode())
    while (received := _receive(host)) is not None:
        request, descriptors = received
        _fork_supervisor(fences, host, null, request, descriptors, work)
        for each in descriptors:
            os.close(each)
