"""The group around all runs, in the kernel's own tree of cgroups."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import SandboxSettings
from sandbox import LocalRunner
from sandbox.cgroup import NoGroup, make_group, sum_of_runs

CONTROLLER = "hugetlb"
LIMIT = f"{CONTROLLER}.2MB.max"
# Run in the service's place: a group of its own, below one that systemd would have marked as delegated.
SERVICE = f"""
import os, subprocess, sys
from pathlib import Path
from sandbox.cgroup import make_group
own = Path(sys.argv[1])
(own / "cgroup.procs").write_text(str(os.getpid()))
(own.parent / "cgroup.subtree_control").write_text("+{CONTROLLER}")
group = make_group({{"{LIMIT}": 0}})
child = subprocess.Popen(["sleep", "600"])
group.add(child.pid)
print(Path(f"/proc/{{child.pid}}/cgroup").read_text().split("0::")[1].split()[0])
print((own.parent / Path(group.folder.name) / "{LIMIT}").read_text().strip())
group.remove()
print(child.wait(), group.folder.exists())
"""


@pytest.fixture
def delegated() -> Iterator[Path]:
    """A group that is marked as delegated, with an empty one in it for the service."""
    mount = next(
        (line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if " cgroup2 " in line), None
    )
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root may mark a cgroup (v2) as delegated, and this host may have none")
    folder = Path(mount) / f"nexus-test-{os.getpid()}"
    try:
        (Path(mount) / "cgroup.subtree_control").write_text(f"+{CONTROLLER}")
        folder.mkdir()
        (folder / "service").mkdir()
        os.setxattr(folder, "user.delegate", b"1")
    except OSError as error:
        pytest.skip(f"this host's cgroups cannot be written ({error.strerror})")
    yield folder
    (folder / "service").rmdir()
    folder.rmdir()


def test_a_group_holds_what_is_put_in_and_ends_it_when_it_goes(delegated: Path) -> None:
    command = [sys.executable, "-c", SERVICE, str(delegated / "service")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    place, limit, ended = done.stdout.splitlines()
    assert place.startswith(f"/{delegated.name}/nexus-sandbox-")
    assert limit == "0"
    assert ended == "-9 False"


def test_what_is_not_delegated_is_left_alone_and_the_mend_is_said() -> None:
    with pytest.raises(NoGroup, match=r"Delegate=memory pids and DelegateSubgroup=service|no cgroup"):
        make_group(sum_of_runs(2, 256))


async def test_a_runner_says_why_it_has_no_group_and_runs_without() -> None:
    async with LocalRunner(settings=SandboxSettings(parallel=1)) as runner:
        (layer,) = [layer for layer in (await runner.isolation()).layers if layer.name == "cgroup"]
    assert layer.enforced or (layer.why and layer.leaves_open)
    assert not layer.required


def test_the_sum_leaves_room_for_every_run() -> None:
    limits = sum_of_runs(8, 256)
    assert limits["memory.max"] >= 8 * 256 * 1024 * 1024
    assert limits["pids.max"] >= 8 * 2
