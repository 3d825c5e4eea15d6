"""`nexus sandbox serve`: a worker that runs untrusted code for services elsewhere."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Annotated

import typer

from core.settings import Settings, load_settings
from orchestrator.cli.output import AsJson, say, say_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.callback()
def sandbox() -> None:
    """Hold untrusted code for services elsewhere."""


@app.command("serve")
def serve(
    bind: Annotated[
        str | None, typer.Option(help="unix:/path, or host:port; sandbox.sock in the data directory by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Serve the sandbox over gRPC until Ctrl+C. TCP needs a token or certificates, see the settings sandbox.*."""
    settings = load_settings()
    asyncio.run(serve_until_told(settings, bind or f"unix:{settings.data_dir.absolute() / 'sandbox.sock'}", as_json))


async def serve_until_told(settings: Settings, bind: str, as_json: bool) -> None:
    """Listen until SIGINT or SIGTERM; runs that go on have ten seconds."""
    # Imported on use: `nexus --help` must not wait for it, and gRPC may be missing.
    from sandbox.opening import require_grpc

    require_grpc()
    from sandbox import LocalRunner, SandboxPolicy
    from sandbox.service.address import Address, Identity
    from sandbox.service.server import start

    of = settings.sandbox
    identity = Identity.read(of.token_file, of.tls_certificate, of.tls_key, of.tls_ca)
    address = Address.parse(bind)
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with LocalRunner(SandboxPolicy.from_settings(of), of) as runner:
        await runner.require()
        serving = await start(runner, address, identity)
        if as_json:
            say_json({"address": str(serving.address), "pid": os.getpid()})
        else:
            say(f"The sandbox serves on {serving.address}")
        await told.wait()
        await serving.stop()
