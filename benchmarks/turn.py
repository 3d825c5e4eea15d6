"""One companion turn over HTTP, beside the bare graph that answers it.

The product: POST of a message with ``stream: true`` to a service in a process of its own, read to the end; the client
is this process, warm and pooled. The anchor: the product's own compiled graph on the same class of saver, its nodes
writing neither events nor effects, called in this process, plus one reference request. Both SQLite files are WAL with
``synchronous=NORMAL`` and the graph runs with ``durability="sync"`` on either side.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from sqlalchemy import Connection

from benchmarks.pairing import Pair, ratio_figure
from benchmarks.reference import ReferenceRequest
from benchmarks.report import CACHE, Figure
from core.actor import Actor, Role
from core.settings import Settings
from orchestrator.app import open_services
from orchestrator.graph.machine import begin, turn_machine
from orchestrator.graph.services import TurnServices
from orchestrator.runs.journal import Act, Place, Record
from orchestrator.runs.machine import Execution
from orchestrator.runs.model import Run, RunKind, RunState
from orchestrator.runs.saver import config_of, open_saver
from orchestrator.services import Services
from orchestrator.threads.store import Message, append_message, insert_thread
from tests.verify.service import running_service

ROUNDS = 3
SAMPLES = 200
LONG_SAMPLES = 60
LONG_THREAD = 100
WARM_UP = 10
TEXT = "Hello, who are you?"
ACTOR = Actor("benchmark", "local", Role.OWNER)


@dataclass(frozen=True, slots=True)
class Sample:
    """Seconds to the first words and to the end."""

    first: float
    whole: float


class Bystander:
    """Stands where a journal stands and writes nothing: the graph alone is measured."""

    def __init__(self, services: Services, run: Run) -> None:
        self._services = services
        self.run = run
        self.org = run.org
        self.actor = run.actor

    async def read(self, query: Callable[[Connection], Any]) -> Any:
        return await self._services.db.read(query)

    async def once(
        self, place: Place, kind: str, act: Act, *, record: Record | None = None, repeatable: bool, ordinal: int = 0
    ) -> dict[str, Any]:
        return await act("")

    def started(self, place: Place) -> None: ...

    async def finished(self, place: Place, summary: Any) -> None: ...

    async def occurred(self, name: str, place: Place, data: Any, n: int = 0) -> None: ...


class BareGraph:
    """The turn's compiled graph in this process, on its own data directory."""

    def __init__(self, services: Services, graph: Any, context: TurnServices) -> None:
        self._services = services
        self._graph = graph
        self._context = context

    async def prepare(self, thread: str) -> str:
        """A message at the end of a thread, as the product stores it before its graph begins."""
        message = self._services.ids.new()
        await self._services.db.write(lambda tx: append_message(tx, ACTOR.org, thread, Message(message, "user", TEXT)))
        return message

    async def new_thread(self, messages: int) -> str:
        """A thread that holds so many messages."""
        thread = self._services.ids.new()
        await self._services.db.write(lambda tx: insert_thread(tx, thread, ACTOR.org, "talk"))
        for _ in range(messages):
            await self.prepare(thread)
        return thread

    async def turn(self, thread: str, message: str) -> Sample:
        """One run of the graph."""
        run = Run(self._services.ids.new(), ACTOR.org, RunKind.TURN, ACTOR, RunState.RUNNING, {}, thread)
        given = {"text": TEXT, "thread": thread, "message": message}
        context = Execution(self._context, Bystander(self._services, run))  # pyright: ignore[reportArgumentType]
        started = time.perf_counter()
        await self._graph.ainvoke(begin(given), config_of(run.id), context=context, durability="sync")
        taken = time.perf_counter() - started
        return Sample(taken, taken)


class Product:
    """The running service, as a program uses it."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def new_thread(self, messages: int) -> str:
        thread = (await self._client.post("/v1/threads", json={})).raise_for_status().json()["id"]
        for _ in range(messages // 2):
            await self.turn(thread)
        return thread

    async def turn(self, thread: str) -> Sample:
        """One message, streamed to its end."""
        started = time.perf_counter()
        first, ended = 0.0, ""
        body = {"message": TEXT, "stream": True}
        async with self._client.stream("POST", f"/v1/threads/{thread}/runs", json=body) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if not first and line == "event: message.delta":
                    first = time.perf_counter() - started
                elif line.startswith("event: run.") and line not in ("event: run.started",):
                    ended = line
        if ended != "event: run.finished":
            raise RuntimeError(f"the turn ended with {ended}")
        return Sample(first, time.perf_counter() - started)


async def run(seed: int) -> list[Figure]:
    """``whole_x``, ``whole_long_x``, ``first_byte_x``: each the best of three rounds. There is nothing to draw."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=CACHE) as folder, running_service(Path(folder)) as service:
        headers = {"Authorization": f"Bearer {service.key}"}
        request = ReferenceRequest(f"{service.url}/healthz", headers=headers)
        await request.warm()
        async with (
            httpx.AsyncClient(base_url=service.url, headers=headers, timeout=30.0) as client,
            bare_graph(Path(folder) / "anchor") as graph,
        ):
            return await measure(Product(client), graph, request)


async def measure(product: Product, graph: BareGraph, request: ReferenceRequest) -> list[Figure]:
    new = [await rounds(product, graph, request, SAMPLES, messages=0) for _ in range(ROUNDS)]
    long = [await rounds(product, graph, request, LONG_SAMPLES, messages=LONG_THREAD) for _ in range(ROUNDS)]
    return [
        best("whole_x", [whole for whole, _ in new]),
        best("whole_long_x", [whole for whole, _ in long]),
        best("first_byte_x", [first for _, first in new]),
    ]


def best(name: str, pairs: list[list[Pair]]) -> Figure:
    """The figure of the best round; every round's samples are kept, the best one's under the figure's own name."""
    figures = [ratio_figure("turn", f"{name}-{number}", each) for number, each in enumerate(pairs)]
    chosen = min(range(len(pairs)), key=lambda number: figures[number].value)
    return ratio_figure("turn", name, pairs[chosen])


async def rounds(
    product: Product, graph: BareGraph, request: ReferenceRequest, samples: int, *, messages: int
) -> tuple[list[Pair], list[Pair]]:
    """Pairs of one round: to the end, and to the first words. A long thread is used over and over."""
    whole: list[Pair] = []
    first: list[Pair] = []
    threads = await product.new_thread(messages), await graph.new_thread(messages)
    for turn in range(WARM_UP + samples):
        if not messages:
            threads = await product.new_thread(0), await graph.new_thread(0)
        message = await graph.prepare(threads[1])
        ours = await product.turn(threads[0])
        bare, reference = await graph.turn(threads[1], message), await request.sample()
        if turn >= WARM_UP:
            whole.append(Pair(ours.whole, bare.whole + reference))
            first.append(Pair(ours.first, bare.first + reference))
    return whole, first


@asynccontextmanager
async def bare_graph(folder: Path) -> AsyncIterator[BareGraph]:
    """The anchor's graph with everything its nodes use."""
    settings = Settings(data_dir=folder)
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings))
        bare = folder / "bare"
        bare.mkdir()
        saver = await stack.enter_async_context(open_saver("sqlite://", bare))
        context = services.turns
        yield BareGraph(services, turn_machine(context).compile(saver), context)
