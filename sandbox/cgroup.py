"""A cgroup (v2) around the zygotes, and so around all runs together, where the host has delegated one.

Each run has its own limits without it; the group bounds their sum, and costs a run nothing. Only what is delegated is
used: another's groups are not ours to change, even where root could. See https://systemd.io/CGROUP_DELEGATION/.
"""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Mapping
from pathlib import Path

_MIB = 1024 * 1024
_ZYGOTES_MIB = 128
_PROCESSES_A_RUN = 2
_SPARE_PROCESSES = 16
_EMPTY_SECONDS = 5.0
_DELEGATED = ("user.delegate", "trusted.delegate")
_MEND = "in its systemd unit: Delegate=memory pids and DelegateSubgroup=service"


class NoGroup(Exception):
    """Why there is no group here."""


class Group:
    """A group that exists, with its limits set: ``folder`` in the kernel's tree, ``detail`` in words."""

    def __init__(self, folder: Path, limits: Mapping[str, int]) -> None:
        self.folder = folder
        self.detail = ", ".join(f"{name} {value}" for name, value in limits.items())

    def add(self, process: int) -> None:
        """Put a process into it, and with it whatever that process forks. Raises ``OSError``."""
        (self.folder / "cgroup.procs").write_text(str(process))

    def remove(self) -> None:
        """End what is still in it, and the group."""
        with contextlib.suppress(OSError):
            (self.folder / "cgroup.kill").write_text("1")
            self._await_empty()
            self.folder.rmdir()

    def _await_empty(self) -> None:
        """Until the kernel says that nobody is in it; its way to say so is a priority event of the file."""
        with (self.folder / "cgroup.events").open() as events:
            poll = select.poll()
            poll.register(events, select.POLLPRI)
            while "populated 1" in events.read() and poll.poll(_EMPTY_SECONDS * 1000):
                events.seek(0)


def sum_of_runs(parallel: int, memory_mib: int) -> dict[str, int]:
    """The limits of a group in which ``parallel`` runs of ``memory_mib`` MiB each have room: file name → value."""
    return {
        "memory.max": (parallel * memory_mib + _ZYGOTES_MIB) * _MIB,
        "memory.swap.max": 0,
        "pids.max": parallel * _PROCESSES_A_RUN + _SPARE_PROCESSES,
    }


def make_group(limits: Mapping[str, int]) -> Group:
    """A new group beside this process's own, in the one that was delegated. Raises ``NoGroup`` with the reason."""
    parent = _own_group().parent
    needed = {name.partition(".")[0] for name in limits}
    try:
        offered = set((parent / "cgroup.subtree_control").read_text().split())
    except OSError:
        raise NoGroup(f"No cgroup is delegated to this process ({_MEND}).") from None
    if not _is_delegated(parent):
        raise NoGroup(f"No cgroup is delegated to this process ({_MEND}).")
    if not needed <= offered:
        raise NoGroup(f"The delegated cgroup lacks the controllers {', '.join(sorted(needed - offered))}.")
    folder = parent / f"nexus-sandbox-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        folder.mkdir()
        for name, value in limits.items():
            (folder / name).write_text(str(value))
    except OSError as error:
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise NoGroup(f"The delegated cgroup cannot be used: {error.strerror}.") from None
    return Group(folder, limits)


def _own_group() -> Path:
    try:
        entries = Path("/proc/self/cgroup").read_text().splitlines()
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        raise NoGroup("This host has no cgroups.") from None
    path = next((entry.removeprefix("0::") for entry in entries if entry.startswith("0::")), None)
    mount = next((line.split()[4] for line in mounts if " - cgroup2 " in line), None)
    if path is None or mount is None:
        raise NoGroup("This host has no cgroup v2.")
    return Path(mount) / path.lstrip("/")


def _is_delegated(folder: Path) -> bool:
    """As systemd marks it, or because the folder was given to the ordinary user that this is."""
    if folder.stat().st_uid == os.geteuid() != 0:
        return True
    for name in _DELEGATED:
        with contextlib.suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return True
    return False
