"""The order of the fences: what the zygote puts up once, and what each runner puts up for itself."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import kernel, seccomp

NOBODY = 65534
_ZERO_LIMITS = ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE", "RLIMIT_NICE",
                "RLIMIT_RTPRIO", "RLIMIT_SIGPENDING")  # fmt: skip
_DESCRIPTORS = 16


@dataclass
class Fences:
    """What this zygote can and should put up. ``names`` are the layers asked for; the rest is what was found."""

    names: frozenset[str]
    landlock: kernel.Landlock | None = None
    landlock_abi: int = 0
    seccomp: kernel.SeccompFilter | None = None
    pid_namespace: bool = False
    namespaces: tuple[str, ...] = ()
    uid_dropped: bool = False
    no_new_privileges: bool = False
    address_space: int = 0

    def report(self) -> dict[str, Any]:
        """For the host: what is enforced here."""
        return {
            "landlock_abi": self.landlock_abi if self.landlock else 0,
            "seccomp": self.seccomp is not None,
            "namespaces": list(self.namespaces),
            "uid_dropped": self.uid_dropped,
            "no_new_privileges": self.no_new_privileges,
            "rlimits": "rlimits" in self.names,
        }


def prepare(names: frozenset[str]) -> Fences:
    """Confine the zygote itself, and build what runners will install."""
    fences = Fences(names)
    fences.address_space = _address_space()
    if not kernel.LINUX:
        return fences
    kernel.hide_memory()
    if "capabilities" in names:
        kernel.drop_bounding_set()
        fences.uid_dropped = _leave_root()
    if "namespaces" in names:
        _enter_namespaces(fences)
    if "capabilities" in names and not fences.pid_namespace:
        kernel.set_capabilities(0)
    kernel.no_new_privileges()
    fences.no_new_privileges = True
    kernel.hide_memory()
    abi = kernel.landlock_abi()
    if "landlock" in names and abi:
        fences.landlock, fences.landlock_abi = kernel.Landlock(abi), abi
        fences.landlock.enforce()
    if "seccomp" in names and kernel.SUPPORTED and _works_in_a_child(_install_filter):
        fences.seccomp = kernel.SeccompFilter(seccomp.program(kernel.MACHINE))
    return fences


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


def _leave_root() -> bool:
    """Become nobody if this is root, keeping for a moment the right to make namespaces."""
    if os.geteuid() != 0:
        return False
    try:
        kernel.keep_capabilities_over_setuid()
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:
        return False
    return True


def _enter_namespaces(fences: Fences) -> None:
    """A network and an IPC namespace of the zygote's own; each run gets its own for pids.

    With a user namespace where the kernel allows one; else with the capability that root still holds.
    """
    if kernel.enter_namespaces(kernel.NEWUSER | kernel.NEWNET | kernel.NEWIPC):
        fences.namespaces = ("user", "net", "ipc")
    else:
        with contextlib.suppress(kernel.SetupFailed):
            kernel.set_capabilities(1 << kernel.CAP_SYS_ADMIN)
            if kernel.enter_namespaces(kernel.NEWNET | kernel.NEWIPC):
                fences.namespaces = ("net", "ipc")
    if _works_in_a_child(_enter_pid_namespace):
        fences.namespaces, fences.pid_namespace = (*fences.namespaces, "pid"), True


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
