"""One call of an installed operation: sandbox, broker, a local service, its result validated and the call recorded.

``p50_1_x``, ``p50_30_x``, ``p50_500_x``: seconds of the loader's call, warm, on bundles of 1, 30 and 500 operations,
over the reference process plus one reference request to the same service; the p50 of paired ratios. Each call takes an
operation drawn by the seed.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.pairing import interleave_async, ratio_figure
from benchmarks.reference import ReferenceRequest, reference_process
from benchmarks.report import CACHE, Figure
from core.clock import SystemClock
from core.credentials import CredentialStore
from core.database import Database, Transaction, migrate, open_database
from core.hashing import record_hash
from core.ids import TimeOrderedIds
from core.keyring import Keyring
from core.settings import SandboxSettings
from modules.attestation import open_signer
from modules.broker import Broker, BrokerLimits
from modules.builder import build_openapi
from modules.card import ApprovedPayload
from modules.codecache import CodeCache
from modules.drafts import Drafts
from modules.envelope import AdapterRunResult
from modules.lifecycle import Lifecycle
from modules.loader import Loader
from modules.proven_code import ProvenCode
from sandbox import LocalRunner, SandboxPolicy

ROUNDS = 200
WARM_UP = 20
SIZES = (1, 30, 500)
ORG = "local"
SERVER = "https://bench.example"
PAGE = json.dumps({"id": "x", "items": [{"id": str(n), "price": n / 7, "tags": ["a", "b"]} for n in range(20)]})


async def run(seed: int) -> list[Figure]:
    """The ratio for each size of bundle."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        async with service() as origin, AsyncExitStack() as stack:
            return [await measure(size, origin, Path(folder), random.Random(seed), stack) for size in SIZES]


async def measure(size: int, origin: str, folder: Path, rng: random.Random, stack: AsyncExitStack) -> Figure:
    """The figure of bundles with ``size`` operations."""
    loader, database = await stack.enter_async_context(installed(size, origin, folder / str(size)))
    reference = ReferenceRequest(f"{origin}/r0/x")
    stack.push_async_callback(reference.aclose)
    await reference.warm()
    names = [f"get_r{number}" for number in range(size)]
    turns = iter(range(ROUNDS + WARM_UP))

    async def call() -> None:
        turn = next(turns)
        result = await loader.call(ORG, "bench", rng.choice(names), {"id": f"ü/{turn}", "limit": 5}, key=str(turn))
        if not result.ok or result.findings:
            raise RuntimeError(f"the call failed: {result}")
        await database.write(lambda tx: record(tx, turn, result))

    async def anchor() -> None:
        reference_process()
        await reference.sample()

    pairs = await interleave_async(ROUNDS, call, anchor, warm_up=WARM_UP)
    return ratio_figure("operation", f"p50_{size}_x", pairs)


def record(tx: Transaction, turn: int, result: AdapterRunResult) -> None:
    """What the service keeps of a call."""
    data = result.model_dump(mode="json", exclude={"artifacts"})
    tx.emit("tool.returned", data, key=f"tool.returned:{turn}", org=ORG, run="bench")


@asynccontextmanager
async def installed(size: int, origin: str, folder: Path) -> AsyncIterator[tuple[Loader, Database]]:
    """A loader with a module of ``size`` operations, built, proven, approved and bound to the local service."""
    url = f"sqlite:///{folder / 'nexus.db'}"
    folder.mkdir()
    await asyncio.to_thread(migrate, url)
    database, keyring = open_database(url), Keyring(folder / "keyring")
    settings = SandboxSettings()
    policy, cache = SandboxPolicy.from_settings(settings), CodeCache(folder / "code-cache")
    broker = Broker(BrokerLimits(), vault=CredentialStore(database, keyring))
    ids, signer = TimeOrderedIds(SystemClock()), await open_signer(database, keyring)
    async with LocalRunner(policy, settings) as runner:
        drafts = Drafts(database, ids, runner=runner, policy=policy, cache=cache)
        built = await build_openapi(json.dumps(description(size)).encode())
        draft = await drafts.create(ORG, built.files, actor="bench", key="bench")
        draft, report = await drafts.validate(ORG, draft.id)
        if not report.passed:
            raise RuntimeError(f"the bundle does not pass its proof: {report.proof.findings[:3]}")
        payload = await drafts.card(ORG, draft.id, binding={SERVER: origin})
        approved = ApprovedPayload(ORG, payload, record_hash(payload), "bench", "bench", draft.id)
        await database.write(lambda tx: Lifecycle(ids, signer).activate(tx, approved))
        code = ProvenCode(database, runner=runner, policy=policy, cache=cache)
        yield Loader(database, runner=runner, policy=policy, code=code, broker=broker, signer=signer), database
    await broker.aclose()
    await database.aclose()


def description(size: int) -> dict[str, Any]:
    """OpenAPI with ``size`` operations over shared schemas."""
    page = {"$ref": "#/components/schemas/Page"}
    answer = {"200": {"description": "ok", "content": {"application/json": {"schema": page}}}}
    parameters = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}},
    ]
    item = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "price": {"type": "number"}}}
    item["properties"]["tags"] = {"type": "array", "items": {"type": "string"}}
    items = {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Bench", "version": "1"},
        "servers": [{"url": SERVER}],
        "paths": {
            f"/r{n}/{{id}}": {"get": {"operationId": f"getR{n}", "parameters": parameters, "responses": answer}}
            for n in range(size)
        },
        "components": {
            "schemas": {
                "Item": item,
                "Page": {"type": "object", "required": ["id", "items"], "properties": {"id": {}, "items": items}},
            }
        },
    }


@asynccontextmanager
async def service() -> AsyncIterator[str]:
    """The local service in a process of its own; yields its origin."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.operation", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def serve() -> None:
    """Answer every request with the same page, for ever. asyncio sets TCP_NODELAY."""
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(PAGE)}\r\n\r\n{PAGE}".encode()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
