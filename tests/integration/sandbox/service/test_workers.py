"""Workers that are lost, full, strange or weaker than required; and who may speak with them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from core.errors import InvalidInput, NexusError, Unavailable
from core.settings import SandboxSettings
from sandbox import LocalRunner, NoCapabilities, RunRequest, SandboxBusy, SandboxPolicy, SandboxUnavailable, Verdict
from sandbox.service import sandbox_pb2_grpc, server, wire
from sandbox.service.address import Address, Identity
from sandbox.service.client import RemoteRunner
from sandbox.service.sandbox_pb2 import Calls, Code, DescribeRequest, FromCaller
from tests.integration.sandbox.service.conftest import LIMITS, NEXUS, Certificates, Start, Worker, remote
from tests.security.sandbox.attacks import native
from tests.security.sandbox.processes import watched

HANGS = RunRequest({"operation": native("os.read(3, 1)")}, "operation", [None])
ROOT = Path(__file__).parents[4]


class Kills:
    """Kills a worker at the first question, and answers what is asked."""

    def __init__(self, workers: list[Worker]) -> None:
        self._workers = workers
        self.asked = 0

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked += 1
        if self._workers:
            worker = next(one for one in self._workers if len(one.family) > 2)  # the one with a run below its zygotes
            self._workers.clear()
            worker.process.kill()
            worker.process.wait()
        return {"status": 200, "text": "x"}


async def asking(runner: RemoteRunner, capability: str, host: Kills) -> Any:
    body = {"http": "ctx.http.request('GET', 'http://h/')", "files": "ctx.files.read('f')"}[capability]
    compiled = await runner.compile({"operation.py": f"def run(ctx, arguments):\n    return {body}['text']\n".encode()})
    code = compiled.compiled["operation.py"].code
    request = RunRequest({"operation": code}, "operation", [None, None], frozenset({capability}))
    return (await runner.run(request, host)).calls


async def test_a_run_without_an_effect_goes_on_with_another_worker(start: Start, tmp_path: Path) -> None:
    workers = [start(f"unix:{tmp_path}/{name}.sock") for name in "ab"]
    async with remote(*workers) as runner:
        host = Kills([*workers])
        calls = await asking(runner, "files", host)
    assert [call.value for call in calls] == ["x", "x"]
    assert host.asked == 3  # once in vain


async def test_a_run_that_reached_outside_is_not_made_twice(start: Start, tmp_path: Path) -> None:
    workers = [start(f"unix:{tmp_path}/{name}.sock") for name in "ab"]
    async with remote(*workers) as runner:
        host = Kills([*workers])
        calls = await asking(runner, "http", host)
    assert [call.verdict for call in calls] == [Verdict.RUNNER_LOST, Verdict.NO_RESULT]
    assert host.asked == 1


async def test_a_worker_that_comes_back_is_found(start: Start, tmp_path: Path) -> None:
    worker = start(f"unix:{tmp_path}/w.sock")
    async with remote(worker) as runner:
        assert (await runner.isolation()).level == "kernel"
        worker.process.kill()
        worker.process.wait()
        with pytest.raises(SandboxUnavailable, match="No worker of the sandbox answers at unix:"):
            await runner.compile({"a.py": b"x = 1\n"})
        start(f"unix:{tmp_path}/w.sock")
        assert (await runner.compile({"a.py": b"x = 1\n"})).ok


async def test_whoever_goes_away_ends_the_run(start: Start, tmp_path: Path) -> None:
    worker = start(f"unix:{tmp_path}/w.sock")
    async with remote(worker) as runner:
        await runner.isolation()
        idle = set(worker.family)
        running = asyncio.create_task(runner.run(HANGS, NoCapabilities()))
        while len(below := [pid for pid in worker.family if pid not in idle]) < 2:
            await asyncio.sleep(0.01)  # until supervisor and runner are there: nobody else tells
        async with watched(below) as ended:
            running.cancel()
            await asyncio.wait_for(ended, 20)
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_a_full_worker_says_so_and_another_is_asked(start: Start, tmp_path: Path) -> None:
    full = start(f"unix:{tmp_path}/full.sock", parallel=1, waiting=1)
    async with remote(full) as runner:
        await runner.isolation()
        hanging = [asyncio.create_task(runner.run(HANGS, NoCapabilities())) for _ in range(6)]
        done, waiting = await asyncio.wait(hanging, return_when=asyncio.FIRST_COMPLETED)
        while sum(isinstance(task.exception(), SandboxBusy) for task in done) < 4:
            more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            done |= more
        free = start(f"unix:{tmp_path}/free.sock")
        async with remote(full, free) as both:
            for _ in range(4):
                assert (await both.compile({"a.py": b"x = 1\n"})).ok
        for task in waiting:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


async def test_code_that_is_not_what_its_hash_says_never_runs(start: Start, tmp_path: Path) -> None:
    worker = start(f"unix:{tmp_path}/w.sock")
    forged = Calls(modules=[Code(name="operation", content=native("return 1"), sha256="0" * 64)], entry="operation",
                   calls_json=b"[null]", imports_json=b'{"imports": null}')  # fmt: skip
    async with grpc.aio.insecure_channel(worker.address.target) as channel:
        stream = sandbox_pb2_grpc.SandboxStub(channel).Run()
        await stream.write(FromCaller(calls=forged))
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await stream.read()
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    told = wire.read_refusal(dict(refusal.value.trailing_metadata() or ())[wire.ERROR_KEY])  # pyright: ignore[reportArgumentType]
    assert isinstance(told, InvalidInput)
    assert "is not what its hash says" in told.detail


@pytest.mark.parametrize("sent", [FromCaller(answer_json=b"{}"), FromCaller(), FromCaller(calls=Calls())])
async def test_a_run_that_begins_otherwise_is_refused(start: Start, tmp_path: Path, sent: FromCaller) -> None:
    worker = start(f"unix:{tmp_path}/w.sock")
    async with grpc.aio.insecure_channel(worker.address.target) as channel:
        stream = sandbox_pb2_grpc.SandboxStub(channel).Run()
        await stream.write(sent)
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await stream.read()
        assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert (await sandbox_pb2_grpc.SandboxStub(channel).Describe(DescribeRequest())).isolation_json


async def test_a_worker_that_enforces_less_than_is_required_gets_nothing(tmp_path: Path) -> None:
    weak = SandboxPolicy(limits=LIMITS, require="process")
    address = Address.parse(f"unix:{tmp_path}/w.sock")
    async with LocalRunner(weak, layers=["static", "runtime", "rlimits"]) as local:
        serving = await server.start(local, address, Identity())
        async with RemoteRunner([address], Identity(), SandboxPolicy()) as runner:
            with pytest.raises(SandboxUnavailable, match="missing: capabilities, landlock, seccomp"):
                await runner.compile({"a.py": b"x = 1\n"})
        async with RemoteRunner([address], Identity(), weak) as runner:
            assert (await runner.compile({"a.py": b"x = 1\n"})).ok
        await serving.stop()


@pytest.mark.parametrize("given", ["", "wrong"])
async def test_without_the_token_nothing_is_answered(start: Start, token: Path, given: str) -> None:
    worker = start("127.0.0.1:0", token_file=token)
    async with remote(worker, identity=Identity(given)) as runner:
        with pytest.raises(Unavailable, match="does not know this service") as refusal:
            await runner.compile({"a.py": b"x = 1\n"})
    assert "s3cret" not in refusal.value.detail + refusal.value.mend


async def test_health_and_reflection_answer_whoever_has_the_token(start: Start, token: Path) -> None:
    worker = start("127.0.0.1:0", token_file=token)
    known = (("authorization", "Bearer s3cret-token"),)
    async with grpc.aio.insecure_channel(worker.address.target) as channel:
        checks = cast("Any", health_pb2_grpc).HealthStub(channel)
        request = health_pb2.HealthCheckRequest(service="nexus.sandbox.v1.Sandbox")
        answer = await checks.Check(request, metadata=known)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await checks.Check(request)
        assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED
        look = cast("Any", reflection_pb2_grpc).ServerReflectionStub(channel).ServerReflectionInfo
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        names = [one.name async for answer in look(iter([asked]), metadata=known)
                 for one in answer.list_services_response.service]  # fmt: skip
        assert "nexus.sandbox.v1.Sandbox" in names
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            _ = [one async for one in look(iter([asked]))]
        assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_only_certificates_of_the_same_authority_speak_with_each_other(
    start: Start, certificates: Certificates
) -> None:
    worker = start("127.0.0.1:0", **certificates.settings("ours", "worker"))
    strange = start("127.0.0.1:0", **certificates.settings("strange", "worker"))
    async with remote(worker, identity=certificates.identity("ours")) as runner:
        assert (await runner.isolation()).level == "kernel"
    nobody = Identity(authority=(certificates.folder / "ours-ca.pem").read_bytes())
    for target, identity in (
        (worker, certificates.identity("strange")), (worker, nobody), (worker, Identity()),
        (strange, certificates.identity("ours")),
    ):  # fmt: skip
        async with remote(target, identity=identity) as runner:
            with pytest.raises(NexusError):
                await runner.isolation()


def refused(*arguments: str, **settings: object) -> str:
    """The one line that a worker which cannot start says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEXUS_")}
    environment |= {f"NEXUS_SANDBOX__{name.upper()}": str(value) for name, value in settings.items()}
    done = subprocess.run(
        [NEXUS, "sandbox", "serve", *arguments], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1, done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_worker_that_would_be_open_does_not_start(token: Path, certificates: Certificates, tmp_path: Path) -> None:
    assert "anybody who reaches it could run code" in refused("--bind", "127.0.0.1:0")
    assert "would travel in the clear" in refused("--bind", "0.0.0.0:0", token_file=token)
    only = {name: path for name, path in certificates.settings("ours", "worker").items() if name != "tls_ca"}
    assert "anybody who reaches it could run code" in refused("--bind", "0.0.0.0:0", **only)
    assert "A certificate needs its key" in refused("--bind", "0.0.0.0:0", tls_certificate=only["tls_certificate"])
    assert "cannot be read: No such file" in refused("--bind", "127.0.0.1:0", token_file=tmp_path / "none")
    (tmp_path / "empty").write_text("\n")
    assert "is empty" in refused("--bind", "127.0.0.1:0", token_file=tmp_path / "empty")
    assert "is no address of a worker" in refused("--bind", "nowhere")


def test_a_taken_address_is_said(start: Start, token: Path) -> None:
    worker = start("127.0.0.1:0", token_file=token)
    assert "cannot be listened at" in refused("--bind", worker.address.target, token_file=token)


async def test_told_to_stop_it_ends_with_everything_below_it(start: Start, tmp_path: Path) -> None:
    worker = start(f"unix:{tmp_path}/w.sock")
    async with remote(worker) as runner:
        await runner.compile({"a.py": b"x = 1\n"})
        async with watched(worker.family) as ended:
            worker.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(ended, 30)
    assert worker.process.wait(30) == 0


def test_a_socket_is_its_owner_s_alone(start: Start, tmp_path: Path) -> None:
    start(f"unix:{tmp_path}/w.sock")
    assert (tmp_path / "w.sock").stat().st_mode & 0o777 == 0o600


def test_without_workers_grpc_is_never_imported() -> None:
    look = "import sys, orchestrator.app, orchestrator.cli.program, sandbox; assert 'grpc' not in sys.modules"
    subprocess.run([sys.executable, "-c", look], check=True, cwd=ROOT, timeout=60)


def test_without_grpc_the_command_says_what_to_install() -> None:
    look = (
        "import sys; sys.modules['grpc'] = None; sys.argv[1:] = ['sandbox', 'serve']\n"
        "from orchestrator.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "nexus-orchestrator[sandbox-grpc]" in done.stderr
    assert done.stderr.count("\n") == 1


def test_settings_that_would_send_code_in_the_clear_are_refused() -> None:
    from sandbox import open_runner

    with pytest.raises(InvalidInput, match=r"would travel to 10\.0\.0\.1:1 in the clear"):
        open_runner(SandboxPolicy(), SandboxSettings(remote=["10.0.0.1:1"]))
