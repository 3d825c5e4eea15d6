"""The order of the fences: what the zygote puts up once, and what each runner puts up for itself."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import kernel, seccomp

NOBODY = 65534
_ZERO_LIMITS = ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE", "RLIMIT_NICE",
                "RLIMIT_RTPRIO", "RLIMIT_SIGPENDING")  # fmt: skip
_DESCRIPTORS = 16
_SHARED = kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS
_OF_LINUX = ("capabilities", "namespaces", "landlock", "seccomp")
_NOT_LINUX = "This is not Linux."
_LIMITED = "memory, processor time, descriptors; no file written, no process made" if kernel.LINUX else "processor time"


@dataclass
class Fences:
    """What this zygote can and should put up. ``names`` are the layers asked for; the rest is what was found."""

    names: frozenset[str]
    landlock: kernel.Landlock | None = None
    seccomp: kernel.SeccompFilter | None = None
    pid_namespace: bool = False
    address_space: int = 0
    layers: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """For the host, per layer: what of it is there, or why it is not; one of the two is empty."""


def prepare(names: frozenset[str]) -> Fences:
    """Confine the zygote itself, and build what runners will install."""
    fences = Fences(names, layers=dict.fromkeys(_OF_LINUX, ("", _NOT_LINUX)))
    fences.address_space = _address_space()
    fences.layers["rlimits"] = (_LIMITED, "")
    if not kernel.LINUX:
        return fences
    kernel.hide_memory()
    if "capabilities" in names:
        kernel.drop_bounding_set()
        fences.layers["capabilities"] = (_leave_root(), "")
    if "namespaces" in names:
        fences.layers["namespaces"] = _enter_namespaces(fences)
    if "capabilities" in names and not fences.pid_namespace:
        kernel.set_capabilities(0)
    kernel.no_new_privileges()
    kernel.hide_memory()
    if "landlock" in names:
        fences.layers["landlock"] = _prepare_landlock(fences)
    if "seccomp" in names:
        fences.layers["seccomp"] = _prepare_seccomp(fences)
    return fences


def _prepare_landlock(fences: Fences) -> tuple[str, str]:
    abi = kernel.landlock_abi()
    if not abi:
        return "", kernel.landlock_refusal()
    fences.landlock = kernel.Landlock(abi)
    fences.landlock.enforce()
    return f"ABI {abi}: {fences.landlock.covers}", ""


def _prepare_seccomp(fences: Fences) -> tuple[str, str]:
    if not kernel.SUPPORTED:
        return "", f"The list of system calls is not written for {kernel.MACHINE}."
    if not _works_in_a_child(_install_filter):
        return "", "The kernel refuses a system call filter."
    fences.seccomp = kernel.SeccompFilter(seccomp.program(kernel.MACHINE))
    return f"{len(seccomp.ALLOWED)} calls allowed on {kernel.MACHINE}, the rest refused or fatal", ""


def confine(fences: Fences, limits: dict[str, Any]) -> None:
    """Put up every fence around this runner. Any failure raises, and nothing may run after it."""
    if "rlimits" in fences.names:
        _limit_resources(fences, limits)
    if not kernel.LINUX:
        return
    if "capabilities" in fences.names:
        kernel.set_capabilities(0)
    kernel.hide_memory()
    if fences.landlock:
        fences.landlock.enforce()
    if fences.seccomp:
        fences.seccomp.enforce()


def _limit_resources(fences: Fences, limits: dict[str, Any]) -> None:
    for name in _ZERO_LIMITS:
        if hasattr(resource, name):
            resource.setrlimit(getattr(resource, name), (0, 0))
    _lower(resource.RLIMIT_NOFILE, _DESCRIPTORS)
    _lower(resource.RLIMIT_CPU, limits["cpu_seconds"])
    if kernel.LINUX:
        _lower(resource.RLIMIT_AS, fences.address_space + limits["memory_mib"] * 1024 * 1024)


def _lower(which: int, value: int) -> None:
    """Soft and hard limit alike: as pid 1 of its namespace a runner would not feel the soft one."""
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


def _address_space() -> int:
    try:
        with open("/proc/self/statm") as stream:  # noqa: PTH123
            return int(stream.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


def _leave_root() -> str:
    """Become nobody if this is root, keeping for a moment the right to make namespaces. Says who this is now."""
    if os.geteuid() != 0:
        return f"none, as user {os.geteuid()}"
    try:
        kernel.keep_capabilities_over_setuid()
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:
        return "none, but root's user: it cannot be left here"
    return f"none, as user {NOBODY} instead of root"


def _enter_namespaces(fences: Fences) -> tuple[str, str]:
    """Network, IPC and UTS namespaces of the zygote's own; each run gets its own for pids.

    With a user namespace where the kernel allows one; else with the capability that root still holds.
    """
    names: list[str] = []
    refusal = ""
    if kernel.enter_namespaces(kernel.NEWUSER | _SHARED):
        names = ["user", "net", "ipc", "uts"]
    else:
        refusal = kernel.reason()
        with contextlib.suppress(kernel.SetupFailed):
            kernel.set_capabilities(1 << kernel.CAP_SYS_ADMIN)
            if kernel.enter_namespaces(_SHARED):
                names = ["net", "ipc", "uts"]
    if _works_in_a_child(_enter_pid_namespace):
        fences.pid_namespace = True
        names.append("pid")
    return (", ".join(names), "") if names else ("", f"This host gives no user namespaces ({refusal}).")


def _enter_pid_namespace() -> None:
    if not kernel.enter_namespaces(kernel.NEWPID):
        raise kernel.SetupFailed("a pid namespace was refused")


def _install_filter() -> None:
    kernel.SeccompFilter(seccomp.program(kernel.MACHINE)).enforce()


def _works_in_a_child(attempt: Callable[[], None]) -> bool:
    """Whether the kernel allows it, found out where it does no harm."""
    child = os.fork()
    if child == 0:
        try:
            attempt()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return status == 0
