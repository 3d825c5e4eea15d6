"""A ``Runner`` whose processes are elsewhere: one worker or several, tried in turn."""

# pyright: basic
# The stubs of gRPC and the code that it generates know few types.

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import grpc
from grpc import aio
from grpc.aio import EOF  # pyright: ignore[reportAttributeAccessIssue] - missing in the stubs

from core.errors import InvalidInput, NexusError, Unavailable, UpstreamFailed
from sandbox import judge
from sandbox.places import SandboxBusy
from sandbox.policy import SandboxPolicy
from sandbox.runner import (
    CallResult,
    CapabilityHost,
    CompileResult,
    Isolation,
    RunRequest,
    RunResult,
    SandboxUnavailable,
    Usage,
    Verdict,
)
from sandbox.service import sandbox_pb2_grpc, wire
from sandbox.service.address import Address, Identity
from sandbox.service.sandbox_pb2 import CompileRequest, DescribeRequest, FromCaller, FromWorker, Source

# What a run may have asked for and still be begun again elsewhere: it changed nothing, here or outside.
_WITHOUT_EFFECT = frozenset({"files", "progress"})
_OPTIONS = [
    ("grpc.max_receive_message_length", wire.MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 20_000),  # a worker whose machine is gone says nothing
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),  # a new channel begins without the patience of an old one
]


# INTERNAL is what gRPC's core says of a stream that broke while it was written to; what a worker says has our error.
_GONE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL)


class _Lost(Exception):
    """The worker is gone, or was never there."""


class RemoteRunner:
    """Compiles and runs on workers that ``nexus sandbox serve`` is. ``policy`` is this side's, which they must satisfy.

    A worker that is lost is followed by the next one, unless the run has had an effect that it would have twice.
    """

    def __init__(self, addresses: Sequence[Address], identity: Identity, policy: SandboxPolicy) -> None:
        if not addresses:
            raise InvalidInput("No worker is named.", mend="Set sandbox.remote to the addresses of workers.")
        self.policy = policy
        self._workers = [_Worker(address, identity) for address in addresses]
        self._next = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    async def isolation(self) -> Isolation:
        """The least that the workers which answer enforce: a run may get to any of them."""
        found = await asyncio.gather(*(worker.isolation() for worker in self._workers), return_exceptions=True)
        answered = [one for one in found if isinstance(one, Isolation)]
        if not answered:
            raise next((one for one in found if isinstance(one, NexusError)), _unreachable(self._workers))
        return next((one for one in answered if one.level != "kernel"), answered[0])

    async def compile(self, sources: Mapping[str, bytes]) -> CompileResult:
        """Check and compile ``sources`` on a worker."""
        request = CompileRequest(sources=[Source(path=path, content=content) for path, content in sources.items()])
        busy: SandboxBusy | None = None
        for worker in self._in_turn():
            try:
                self._require(await worker.isolation())
                async with worker.asked():
                    return wire.read_reply(await worker.stub.Compile(request, metadata=worker.metadata))
            except _Lost:
                continue
            except SandboxBusy as error:
                busy = error
        raise busy or _unreachable(self._workers)

    async def run(self, request: RunRequest, capabilities: CapabilityHost) -> RunResult:
        """Make the calls of ``request`` on a worker; what they ask for is answered here."""
        self.policy.check_grants(request.capabilities)
        host = _Touched(capabilities)
        busy: SandboxBusy | None = None
        for worker in self._in_turn():
            try:
                isolation = await worker.isolation()
                self._require(isolation)
                result = await worker.run(request, host)
                self._require(result.isolation)
                return result
            except _Lost:
                if host.touched:
                    return _lost(request)
            except SandboxBusy as error:
                busy = error
        raise busy or _unreachable(self._workers)

    async def aclose(self) -> None:
        """Close the connections, which ends every run."""
        await asyncio.gather(*(worker.aclose() for worker in self._workers))

    def _in_turn(self) -> list[_Worker]:
        self._next = (self._next + 1) % len(self._workers)
        return [*self._workers[self._next :], *self._workers[: self._next]]

    def _require(self, isolation: Isolation) -> None:
        if self.policy.require == "kernel" and isolation.level != "kernel":
            raise SandboxUnavailable(
                f"A worker cannot confine untrusted code with the kernel (missing: {', '.join(isolation.missing)})."
            )


class _Touched:
    """Passes questions on, and remembers whether one of them had an effect."""

    def __init__(self, capabilities: CapabilityHost) -> None:
        self._capabilities = capabilities
        self.touched = False

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.touched = self.touched or capability not in _WITHOUT_EFFECT
        return await self._capabilities.handle(capability, payload)


class _Worker:
    """One address, connected when it is first needed."""

    def __init__(self, address: Address, identity: Identity) -> None:
        self.address = address
        self.metadata = (("authorization", f"Bearer {identity.token}"),) if identity.token else ()
        self._identity = identity
        self._channel: aio.Channel | None = None
        self._at_work = 0
        self._isolation: Isolation | None = None

    @property
    def stub(self) -> sandbox_pb2_grpc.SandboxStub:
        """The worker's methods."""
        if self._channel is None:
            credentials = self._identity.channel_credentials()
            if credentials is None or self.address.path is not None:
                self._channel = aio.insecure_channel(self.address.target, options=_OPTIONS)
            else:
                self._channel = aio.secure_channel(self.address.target, credentials, options=_OPTIONS)
        return sandbox_pb2_grpc.SandboxStub(self._channel)

    async def isolation(self) -> Isolation:
        """What it enforces, asked once for each time that it is found again."""
        if self._isolation is None:
            async with self.asked():
                answer = await self.stub.Describe(DescribeRequest(), metadata=self.metadata)
                self._isolation = wire.read_isolation(answer.isolation_json)
        return self._isolation

    async def run(self, request: RunRequest, capabilities: CapabilityHost) -> RunResult:
        """One run on this worker. Cancelling it ends the child there."""
        async with self.asked():
            stream = self.stub.Run(metadata=self.metadata)
            try:
                await stream.write(FromCaller(calls=wire.calls_of(request)))
                while True:
                    frame: FromWorker = await stream.read()
                    if frame is EOF:
                        raise _Lost if (await stream.code()) is grpc.StatusCode.OK else await _failed(stream)
                    if frame.WhichOneof("kind") == "result_json":
                        return wire.read_result(frame.result_json)
                    answer = await _answer(capabilities, frame.ask.capability, json.loads(frame.ask.payload_json))
                    await stream.write(FromCaller(answer_json=answer))
            finally:
                stream.cancel()

    @asynccontextmanager
    async def asked(self) -> AsyncGenerator[None]:
        """The worker's errors as those that a runner in process would raise."""
        self._at_work += 1
        try:
            yield
        except aio.AioRpcError as error:
            found = self._error(error)
            if isinstance(found, _Lost):
                await self._forget()
            raise found from error
        except asyncio.InvalidStateError as error:  # the stream ended while it was written to
            await self._forget()
            raise _Lost from error
        finally:
            self._at_work -= 1

    async def _forget(self) -> None:
        """Begin anew with the next question: a channel that failed waits longer and longer before it tries again."""
        self._isolation = None
        if self._at_work == 1:
            await self.aclose()

    def _error(self, error: aio.AioRpcError) -> Exception:
        told = dict(error.trailing_metadata() or ()).get(wire.ERROR_KEY)
        if isinstance(told, bytes):
            return wire.read_refusal(told)
        if error.code() in _GONE:
            return _Lost()
        if error.code() is grpc.StatusCode.UNAUTHENTICATED:
            return Unavailable(
                f"The sandbox's worker at {self.address} does not know this service.",
                mend="Give both the same sandbox.token_file.",
            )
        return Unavailable(f"The sandbox's worker at {self.address} answered {error.code().name}: {error.details()}.")

    async def aclose(self) -> None:
        """Close the connection."""
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()


async def _failed(stream: Any) -> Exception:
    return aio.AioRpcError(
        await stream.code(), await stream.initial_metadata(), await stream.trailing_metadata(), await stream.details()
    )


async def _answer(capabilities: CapabilityHost, capability: str, payload: dict[str, Any]) -> bytes:
    try:
        return json.dumps({"value": await capabilities.handle(capability, payload)}).encode()
    except NexusError as error:
        return json.dumps({"error": json.loads(wire.refusal_json(error))}).encode()
    except Exception:
        told = UpstreamFailed(f"The host failed to answer {capability}.", retryable=False)
        return json.dumps({"error": json.loads(wire.refusal_json(told))}).encode()


def _lost(request: RunRequest) -> RunResult:
    """A run whose worker is gone, after something that must not be done twice."""
    results: list[CallResult] = []
    judge.complete(results, len(request.calls), (Verdict.RUNNER_LOST, "after it had reached outside"), [])
    return RunResult(results, Usage(), Isolation("none"))


def _unreachable(workers: Sequence[_Worker]) -> Unavailable:
    places = ", ".join(str(worker.address) for worker in workers)
    return SandboxUnavailable(
        f"No worker of the sandbox answers at {places}.",
        mend="Start nexus sandbox serve there, or correct sandbox.remote.",
    )
