"""Serves a ``Runner`` over gRPC, with health and reflection, behind a token or client certificates."""

# pyright: basic
# The stubs of gRPC and the code that it generates know few types.

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import grpc
from grpc import aio
from grpc.aio import EOF  # pyright: ignore[reportAttributeAccessIssue] - missing in the stubs
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from core.errors import InvalidInput, NexusError, PolicyViolation, Unavailable
from sandbox.places import SandboxBusy
from sandbox.runner import Runner, SandboxUnavailable
from sandbox.service import sandbox_pb2, sandbox_pb2_grpc, wire
from sandbox.service.address import Address, Identity
from sandbox.service.sandbox_pb2 import (
    CompileReply,
    CompileRequest,
    DescribeRequest,
    Description,
    FromCaller,
    FromWorker,
)

_SERVICE = sandbox_pb2.DESCRIPTOR.services_by_name["Sandbox"].full_name
_GRACE_SECONDS = 10.0
_FIRST_MESSAGE_SECONDS = 5.0
_STATUS = (
    (SandboxUnavailable, grpc.StatusCode.FAILED_PRECONDITION),
    (SandboxBusy, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (PolicyViolation, grpc.StatusCode.PERMISSION_DENIED),
    (InvalidInput, grpc.StatusCode.INVALID_ARGUMENT),
    (Unavailable, grpc.StatusCode.UNAVAILABLE),
)
Context = aio.ServicerContext[Any, Any]


class Servicer(sandbox_pb2_grpc.SandboxServicer):
    """One runner, whoever calls. A caller that goes away ends its run."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def Describe(self, request: DescribeRequest, context: Context) -> Description:  # noqa: N802 - gRPC's name
        """What is enforced here."""
        async with _answered(context):
            return Description(isolation_json=wire.isolation_json(await self._runner.isolation()))

    async def Compile(self, request: CompileRequest, context: Context) -> CompileReply:  # noqa: N802 - gRPC's name
        """Check and compile sources."""
        async with _answered(context):
            result = await self._runner.compile({source.path: source.content for source in request.sources})
            return wire.reply_of(result)

    async def Run(self, request_iterator: object, context: Context) -> None:  # noqa: N802 - gRPC's name
        """Make calls; ask back what they ask for."""
        async with _answered(context):
            first: FromCaller = await context.read()
            if first is EOF or first.WhichOneof("kind") != "calls":
                raise InvalidInput("A run begins with its calls.")
            result = await self._runner.run(wire.read_calls(first.calls), _Caller(context))
            await context.write(FromWorker(result_json=wire.result_json(result)))


class _Caller:
    """What a run may ask for, on the other side of its stream."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The caller's answer, or its refusal."""
        ask = sandbox_pb2.Ask(capability=capability, payload_json=json.dumps(payload).encode())
        await self._context.write(FromWorker(ask=ask))
        answer: FromCaller = await self._context.read()
        if answer is EOF or answer.WhichOneof("kind") != "answer_json":
            raise asyncio.CancelledError  # nobody is there to answer, or to hear a result
        told = json.loads(answer.answer_json)
        if "error" in told:
            raise wire.read_refusal(json.dumps(told["error"]).encode())
        return told["value"]


@contextlib.asynccontextmanager
async def _answered(context: Context) -> AsyncGenerator[None]:
    """Errors of ours as gRPC's, with what people are shown of them beside the status."""
    try:
        yield
    except NexusError as error:
        await _abort(context, error)
    except ValueError as error:
        await _abort(context, InvalidInput(f"The request cannot be read: {error}."))


async def _abort(context: Context, error: NexusError) -> NoReturn:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), grpc.StatusCode.INTERNAL)
    await context.abort(status, error.detail, ((wire.ERROR_KEY, wire.refusal_json(error)),))


class _Guard(aio.ServerInterceptor):
    """Lets in whoever knows the token; compared in constant time."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

        async def refuse(_: object, context: Context) -> NoReturn:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "This needs the worker's token.")

        async def refuse_stream(messages: object, context: Context) -> NoReturn:
            # A client whose first message meets a closed stream hears "internal" from its own library instead.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(context.read(), _FIRST_MESSAGE_SECONDS)
            await refuse(messages, context)

        self._refuse = {
            (False, False): grpc.unary_unary_rpc_method_handler(refuse),
            (False, True): grpc.unary_stream_rpc_method_handler(refuse),
            (True, False): grpc.stream_unary_rpc_method_handler(refuse_stream),
            (True, True): grpc.stream_stream_rpc_method_handler(refuse_stream),
        }

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]], handler_call_details: Any
    ) -> Any:
        """The real handler, or one that refuses."""
        given = dict(handler_call_details.invocation_metadata).get("authorization", "")
        handler = await continuation(handler_call_details)
        if handler is None or hmac.compare_digest(str(given).encode(), self._expected):
            return handler
        return self._refuse[handler.request_streaming, handler.response_streaming]


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that listens. ``address`` is where, with the port that was found."""

    server: aio.Server
    address: Address

    async def stop(self) -> None:
        """Take no more runs; those that go on have ten seconds."""
        await self.server.stop(_GRACE_SECONDS)


async def start(runner: Runner, address: Address, identity: Identity) -> Serving:
    """Listen at ``address``. Raises ``InvalidInput`` where it would be open, ``Unavailable`` where it is taken."""
    address.check_served(identity)
    options = [("grpc.max_receive_message_length", wire.MESSAGE_BYTES), ("grpc.so_reuseport", 0)]
    guards = [_Guard(identity.token)] if identity.token else []
    server = aio.server(interceptors=guards, options=options)
    sandbox_pb2_grpc.add_SandboxServicer_to_server(Servicer(runner), server)
    checks = health.aio.HealthServicer()  # pyright: ignore[reportAttributeAccessIssue] - missing in the stubs
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    reflection.enable_server_reflection((_SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    for name in ("", _SERVICE):
        await checks.set(name, health_pb2.HealthCheckResponse.ServingStatus.SERVING)
    with _only_for_its_owner(address):
        try:
            credentials = identity.server_credentials()
            if credentials is None:
                port = server.add_insecure_port(address.target)
            else:
                port = server.add_secure_port(address.target, credentials)
            await server.start()
        except RuntimeError as error:
            raise Unavailable(
                f"{address} cannot be listened at.", mend="Stop what listens there, or choose another."
            ) from error
    return Serving(server, address.with_port(port))


@contextlib.contextmanager
def _only_for_its_owner(address: Address) -> Any:
    """A Unix socket that nobody else may connect to; one that a killed worker left behind is taken away."""
    if address.path is None:
        yield
        return
    path = Path(address.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_socket():
        path.unlink()
    before = os.umask(0o177)
    try:
        yield
    finally:
        os.umask(before)
