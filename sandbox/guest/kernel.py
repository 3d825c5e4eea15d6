"""The kernel's fences, reached with ctypes: no library, no helper binary, Linux on x86_64 and aarch64."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys

NEWUSER, NEWPID, NEWNET, NEWIPC, NEWUTS = 0x10000000, 0x20000000, 0x40000000, 0x08000000, 0x04000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_KEEPCAPS = 1, 4, 8
_PR_CAPBSET_READ, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 23, 24, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT, _CLOSE_RANGE = 444, 446, 436
_CAPABILITY_VERSION_3 = 0x20080522
CAP_SYS_ADMIN = 21
_SECCOMP_NUMBER = {"x86_64": 317, "aarch64": 277}
_SECCOMP_SET_MODE_FILTER = 1
# Rights of the file system that each Landlock ABI knows, as a number of bits; 7 and later add none that matter here.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_LATEST_FILE_RIGHTS = 16

LINUX = sys.platform == "linux"
MACHINE = platform.machine()
SUPPORTED = LINUX and MACHINE in _SECCOMP_NUMBER and sys.maxsize > 2**32

_libc = ctypes.CDLL(None, use_errno=True)
_syscall = _libc.syscall
_syscall.restype = ctypes.c_long


class SetupFailed(Exception):
    """A fence could not be put up. Nothing untrusted may run after this."""


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise SetupFailed(f"{what}: {os.strerror(number)}")
    return result


def _prctl(option: int, value: int, what: str, extra: int = 0) -> int:
    return _checked(
        _libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(extra), ctypes.c_ulong(0), ctypes.c_ulong(0)),
        what,
    )


def die_with_parent() -> None:
    """SIGKILL for this process when its parent ends. A change of uid clears it: call this after."""
    _prctl(_PR_SET_PDEATHSIG, 9, "parent-death signal")


def hide_memory() -> None:
    """No core dump, no ptrace, and /proc/self is root's."""
    _prctl(_PR_SET_DUMPABLE, 0, "dumpable")


def no_new_privileges() -> None:
    """No set-uid gain from here on; the two below need it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1, "no_new_privs")


def keep_capabilities_over_setuid() -> None:
    """Let the permitted set survive a change to an ordinary uid."""
    _prctl(_PR_SET_KEEPCAPS, 1, "keepcaps")


def enter_namespaces(flags: int) -> bool:
    """Whether the kernel allowed ``unshare(flags)``."""
    return _libc.unshare(flags) == 0


def reason() -> str:
    """Why the last call into the kernel failed."""
    return os.strerror(ctypes.get_errno())


def set_capabilities(capabilities: int) -> None:
    """Effective and permitted sets become ``capabilities`` (a bit mask); the inheritable set becomes empty."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    low, high = capabilities & 0xFFFFFFFF, capabilities >> 32
    data = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    _checked(_libc.capset(header, data), "capset")


def drop_bounding_set() -> None:
    """Empty the bounding and ambient sets as far as this process may."""
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_READ, capability, 0, 0, 0) != 1:
            continue
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def landlock_abi() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    if not SUPPORTED:
        return 0
    return max(0, _syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def landlock_refusal() -> str:
    """Why ``landlock_abi`` is 0 here."""
    if not SUPPORTED:
        return f"Landlock is not asked for on {MACHINE}."
    if ctypes.get_errno() == errno.EOPNOTSUPP:
        return "The kernel has Landlock, and it is not among the modules chosen at boot (lsm=)."
    return f"The kernel (before 5.13, or built without it) or a filter around this process offers none ({reason()})."


class Landlock:
    """A ruleset without rules: every access that this kernel's Landlock knows is denied."""

    def __init__(self, abi: int) -> None:
        rights = (1 << _FILE_RIGHTS.get(abi, _LATEST_FILE_RIGHTS)) - 1
        network = 3 if abi >= 4 else 0
        scoped = 3 if abi >= 6 else 0
        self._attributes = (ctypes.c_uint64 * 3)(rights, network, scoped)
        self._size = ctypes.c_size_t(8 if abi < 4 else 16 if abi < 6 else 24)
        self.covers = "files" + (", TCP" if network else "") + (", abstract sockets, signals" if scoped else "")

    def enforce(self) -> None:
        """Confine this process for good."""
        ruleset = _checked(
            _syscall(_LANDLOCK_CREATE, ctypes.byref(self._attributes), self._size, ctypes.c_uint32(0)),
            "landlock ruleset",
        )
        _checked(_syscall(_LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0)), "landlock")
        os.close(ruleset)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


class SeccompFilter:
    """A BPF program, assembled once, installed by each runner with one call."""

    def __init__(self, program: bytes) -> None:
        self._bytes = ctypes.create_string_buffer(program, len(program))
        self._program = _Program(len(program) // 8, ctypes.addressof(self._bytes))
        self._number = _SECCOMP_NUMBER[MACHINE]

    def enforce(self) -> None:
        """Confine this process for good."""
        _checked(_syscall(self._number, _SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(self._program)), "seccomp filter")


def close_from(first: int) -> None:
    """Close every descriptor from ``first`` on."""
    if not LINUX or _syscall(_CLOSE_RANGE, ctypes.c_uint(first), ctypes.c_uint(0xFFFFFFFF), 0) != 0:
        os.closerange(first, 4096)
