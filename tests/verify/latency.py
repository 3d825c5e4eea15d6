"""How long the main routes of the real service take: a snapshot for the report, never an assertion."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.verify.report import Latency, LatencySnapshot, render_latency
from tests.verify.service import ServiceUnavailable, running_service

ROUTES = (
    "/healthz",
    "/readyz",
    "/v1/me",
    "/openapi.json",
    "/v1/events?after=0&limit=50",
    "/v1/threads",
    "/v1/runs",
    "/v1/approvals",
    "/v1/modules",
)
SAMPLES = 200
WARM_UP = 10


def snapshot() -> LatencySnapshot:
    """Start the service on a data directory of its own and time each route that it has."""
    with tempfile.TemporaryDirectory(prefix="nexus-latency-") as folder:
        try:
            with running_service(Path(folder)) as service, service.client() as client:
                measured = measure(client)
        except ServiceUnavailable as error:
            measured = LatencySnapshot(reason=str(error))
    print(render_latency(measured), flush=True)
    return measured


def measure(client: httpx.Client) -> LatencySnapshot:
    """Time every route of ``ROUTES`` over one warm connection; those that answer no 2xx are named as absent."""
    routes, absent = [], []
    for route in ROUTES:
        if _exists(client, route):
            routes.append(_time_route(client, route))
        else:
            absent.append(route)
    return LatencySnapshot(routes, absent)


def _exists(client: httpx.Client, route: str) -> bool:
    try:
        return client.get(route).is_success
    except httpx.TimeoutException:  # a stream that does not end is not a page
        return False


def _time_route(client: httpx.Client, route: str) -> Latency:
    taken = sorted(_samples(client, route))
    p50, p95, p99 = (1000 * taken[min(len(taken) - 1, int(len(taken) * share))] for share in (0.5, 0.95, 0.99))
    return Latency(route, len(taken), round(p50, 3), round(p95, 3), round(p99, 3))


def _samples(client: httpx.Client, route: str) -> Iterator[float]:
    for turn in range(WARM_UP + SAMPLES):
        started = time.perf_counter()
        client.get(route)
        if turn >= WARM_UP:
            yield time.perf_counter() - started
