"""What a host must enforce before anything runs, and what is said where it cannot."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import Unavailable
from core.settings import SandboxSettings
from sandbox import LocalRunner, NoCapabilities, RunRequest, SandboxPolicy, SandboxUnavailable
from sandbox.enforcement import LAYERS, REQUIRED
from sandbox.selftest import CANARIES
from tests.security.sandbox.attacks import CONTROL, native, run_code, run_source
from tests.security.sandbox.conftest import LIMITS

ROOT = Path(__file__).parents[3]


async def test_this_kernel_holds_and_the_canaries_prove_it() -> None:
    async with LocalRunner(SandboxPolicy(limits=LIMITS)) as runner:
        isolation = await runner.isolation()
    assert isolation.level == "kernel"
    assert isolation.missing == ()
    assert [layer.name for layer in isolation.layers if layer.enforced and layer.why] == []
    assert [layer.name for layer in isolation.layers if layer.required] == list(REQUIRED)
    assert len(CANARIES) >= 12


@pytest.mark.parametrize("layer", ["landlock", "seccomp", "rlimits"])
async def test_without_a_required_layer_nothing_runs_and_the_two_ways_on_are_named(layer: str) -> None:
    layers = [name for name in LAYERS if name != layer]
    async with LocalRunner(SandboxPolicy(limits=LIMITS), layers=layers) as runner:
        assert (await runner.isolation()).level == "process"
        for attempt in (
            runner.compile({"operation.py": CONTROL.encode()}),
            runner.run(RunRequest({"operation": native("return 1")}, "operation", [None]), NoCapabilities()),
        ):
            with pytest.raises(SandboxUnavailable) as refusal:
                await attempt
            assert layer in refusal.value.detail
            assert "Linux container" in refusal.value.mend
            assert 'sandbox.require = "process"' in refusal.value.mend
            assert "\n" not in refusal.value.detail + refusal.value.mend


async def test_namespaces_are_a_bonus() -> None:
    layers = [name for name in LAYERS if name != "namespaces"]
    async with LocalRunner(SandboxPolicy(limits=LIMITS), layers=layers) as runner:
        isolation = await runner.isolation()
        assert (isolation.level, isolation.enforces("namespaces")) == ("kernel", False)
        assert (await run_source(runner, CONTROL, [1, 2])).value == 3


async def test_the_owner_may_settle_for_a_process() -> None:
    settings = SandboxSettings(require="process")
    async with LocalRunner(settings=settings, layers=["rlimits"]) as runner:
        isolation = await runner.isolation()
        assert isolation.level == "process"
        assert "landlock" in isolation.missing
        assert (await run_source(runner, CONTROL, [1, 2])).value == 3


async def test_a_canary_that_escapes_takes_the_level_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from sandbox import selftest

    escape = selftest.Canary("walk out", "pass")
    monkeypatch.setattr(selftest, "CANARIES", (escape, *CANARIES))
    async with LocalRunner(SandboxPolicy(limits=LIMITS)) as runner:
        isolation = await runner.isolation()
        assert isolation.level == "process"
        assert isolation.escapes == ("walk out (ok)",)
        assert isolation.missing == ("self-test: walk out (ok)",)
        with pytest.raises(SandboxUnavailable):
            await run_code(runner, native("return 1"))


async def test_a_zygote_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sandbox.zygote._folder", lambda package: tmp_path / package)
    async with LocalRunner(SandboxPolicy(limits=LIMITS)) as runner:
        with pytest.raises(Unavailable, match=r"cannot start: FileNotFoundError.*RestrictedPython"):
            await runner.isolation()


SCRIPT = """
import asyncio, os, sys
from core.settings import SandboxSettings
from sandbox import LocalRunner
from tests.security.sandbox.attacks import CONTROL, native, run_code, run_source
async def main():
    assert os.getuid() == {uid}, os.getuid()
    async with LocalRunner() as runner:
        isolation = await runner.isolation()
        layers = {{layer.name: layer for layer in isolation.layers}}
        print(isolation.level, layers["capabilities"].detail)
        print(layers["namespaces"].why)
        print((await run_source(runner, CONTROL, [1, 2])).value)
        print((await run_code(runner, native("os.fork()"))).verdict)
        print((await run_code(runner, native("open('/etc/passwd')"))).error["message"][:15])
asyncio.run(main())
"""


def _interpreter() -> str | None:
    """An interpreter that an ordinary user may start, of our version: our packages must load in it."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        path = Path(candidate)
        if path.exists() and all(part.stat().st_mode & 0o001 for part in path.resolve().parents):
            return candidate
    return None


@pytest.mark.skipif(os.getuid() != 0, reason="this test leaves root; the others run as an ordinary user already")
async def test_it_holds_for_an_ordinary_user() -> None:
    interpreter = _interpreter()
    if interpreter is None:
        pytest.skip("no interpreter of this version that an ordinary user may start")
    nobody = pwd.getpwnam("nobody")
    packages = next(entry for entry in sys.path if entry.endswith("site-packages"))
    done = subprocess.run(
        [interpreter, "-B", "-c", SCRIPT.format(uid=nobody.pw_uid)],
        env={"PYTHONPATH": f"{ROOT}:{packages}"},
        cwd="/",
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    level, _, total, fork, read = done.stdout.splitlines()
    assert level == f"kernel none, as user {nobody.pw_uid}"
    assert (total, fork, read) == ("3", "killed_by_policy", "PermissionError")


ALONE = {
    "landlock": ("open('/etc/passwd').read()", "PermissionError"),
    "seccomp": ("open('/etc/passwd').read()", "PermissionError"),
    "rlimits": ("open('/etc/passwd') and bytearray(1 << 40)", "MemoryError"),
    "namespaces": ("socket.create_connection(('127.0.0.1', 1), 1)", "OSError: [Errno 101]"),
}


@pytest.mark.parametrize("layer", ALONE)
async def test_each_layer_holds_without_the_others(layer: str) -> None:
    attack, expected = ALONE[layer]
    policy = SandboxPolicy(limits=LIMITS, require="process")
    async with LocalRunner(policy, layers=[layer]) as runner:
        result = await run_code(runner, native(attack))
        assert result.error is not None, result.value
        assert result.error["message"].startswith(expected), result.error


async def test_a_run_sees_no_other_process() -> None:
    policy = SandboxPolicy(limits=LIMITS, require="process")
    async with LocalRunner(policy, layers=["namespaces"]) as runner:
        assert (await run_code(runner, native("return [os.getpid(), os.getppid()]"))).value == [1, 0]


@pytest.mark.skipif(os.getuid() != 0, reason="only root has something to give up")
async def test_a_run_started_by_root_is_not_root() -> None:
    policy = SandboxPolicy(limits=LIMITS, require="process")
    look = "return [list(os.getresuid()), open('/proc/self/status').read().split('CapEff:')[1].split()[0]]"
    async with LocalRunner(policy, layers=["capabilities"]) as runner:
        result = await run_code(runner, native(look))
        assert result.value == [[65534] * 3, "0" * 16]


CONTAINER = """
import struct
from sandbox.guest import kernel, seccomp
step = lambda code, value, yes=0, no=0: struct.pack("=HBBI", code, yes, no, value)
unshare = seccomp.numbers(kernel.MACHINE)["unshare"]
kernel.no_new_privileges()
refuse, allow = step(0x06, 0x00050001), step(0x06, 0x7FFF0000)
kernel.SeccompFilter(step(0x20, 0) + step(0x15, unshare, 0, 1) + refuse + allow).enforce()
"""


async def test_it_holds_in_a_container_that_forbids_namespaces() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONTAINER + SCRIPT.format(uid=os.getuid())],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    level, namespaces, total, fork, read = done.stdout.splitlines()
    assert level.startswith("kernel ")
    assert namespaces == "This host gives no user namespaces (Operation not permitted)."
    assert (total, fork, read) == ("3", "killed_by_policy", "PermissionError")
