"""Artifacts from the sandbox through the broker: kept if they are what they are called, else the adapter is told."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from modules.broker import Broker, BrokerLimits, BrokerSession, CallScope, FixtureSession, Grant
from sandbox import CallResult, LocalRunner, RunRequest, Verdict
from tests.unit.sandbox.artifacts.pictures import SVG, png

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRANT = Grant(frozenset(), frozenset({"artifacts"}))
CHART = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "data": {"values": [{"a": "x", "b": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a"}, "y": {"field": "b", "type": "quantitative"}},
}
MAKER = b"""
import json
from nexus import AdapterError

def run(ctx, arguments):
    answers = []
    for each in arguments:
        try:
            answers.append(ctx.artifacts.put(**each)["id"])
        except AdapterError as error:
            answers.append([error.code, error.message])
    return answers
"""
ATTACKS: dict[str, dict[str, Any]] = {
    "a folder in the name": {"name": "../../etc/cron.d/x", "media_type": "text/plain", "text": "x"},
    "a page": {"name": "x", "media_type": "text/html", "text": "<script>alert(1)</script>"},
    "a page as text": {"name": "x", "media_type": "text/plain", "text": "<html><script>alert(1)</script>"},
    "a page behind a picture": {
        "name": "x.png",
        "media_type": "image/png",
        "base64": base64.b64encode(png() + b"<script>alert(1)</script>").decode(),
    },
    "a bomb of entities": {
        "name": "x.svg",
        "media_type": "image/svg+xml",
        "text": f'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg xmlns="{SVG}"><text>&b;</text></svg>',
    },
    "a chart that fetches": {
        "name": "x",
        "media_type": "application/vnd.vegalite.v6+json",
        "text": json.dumps({**CHART, "data": {"url": "https://evil.example/"}}),
    },
    "nested json": {"name": "x", "media_type": "application/json", "text": "[" * 10_000 + "]" * 10_000},
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def session() -> AsyncIterator[BrokerSession]:
    broker = Broker(BrokerLimits())
    yield broker.session(CallScope(org="org", grant=GRANT))
    await broker.aclose()


async def _call(runner: LocalRunner, source: bytes, arguments: Any, host: BrokerSession | FixtureSession) -> CallResult:
    compiled = await runner.compile({"operation.py": source})
    assert compiled.ok, compiled.findings
    modules = {"operation": compiled.compiled["operation.py"].code}
    return (await runner.run(RunRequest(modules, "operation", [arguments], frozenset({"artifacts"})), host)).calls[0]


async def test_a_chart_a_picture_a_drawing_and_a_table_arrive(runner: LocalRunner, session: BrokerSession) -> None:
    puts = [
        {"name": "chart", "media_type": "application/vnd.vegalite.v6+json", "text": json.dumps(CHART)},
        {"name": "picture.png", "media_type": "image/png", "base64": base64.b64encode(png()).decode()},
        {"name": "drawing", "media_type": "image/svg+xml", "text": f'<svg xmlns="{SVG}"><path d="M0 0h9"/></svg>'},
        {"name": "sales.csv", "media_type": "text/csv", "text": "month,sales\r\nJan,28\r\n"},
    ]
    result = await _call(runner, MAKER, puts, session)
    assert result.value == ["artifact-1", "artifact-2", "artifact-3", "artifact-4"]
    assert [kept.media_type for kept in session.artifacts] == [put["media_type"] for put in puts]
    assert all(kept.checked for kept in session.artifacts)
    assert base64.b64decode(session.artifacts[1].content) == png()
    assert session.findings == []


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_is_refused_is_an_error_to_the_adapter_and_kept_nowhere(
    runner: LocalRunner, session: BrokerSession, attack: str
) -> None:
    result = await _call(runner, MAKER, [ATTACKS[attack]], session)
    ((code, message),) = result.value
    assert code == "artifact_refused"
    assert message.endswith(".")
    assert list(session.artifacts) == []
    fixture = FixtureSession([], GRANT)
    assert (await _call(runner, MAKER, [ATTACKS[attack]], fixture)).value == result.value
    assert len(fixture.problems) == 1


async def test_a_refusal_that_is_not_caught_is_the_call_s_error(runner: LocalRunner, session: BrokerSession) -> None:
    source = b"def run(ctx, arguments):\n    return ctx.artifacts.put(**arguments)\n"
    result = await _call(runner, source, ATTACKS["a page"], session)
    assert result.verdict is Verdict.EXCEPTION
    assert result.error is not None
    assert (result.error["kind"], result.error["code"]) == ("adapter", "artifact_refused")


async def test_what_was_scrubbed_is_a_finding(runner: LocalRunner, session: BrokerSession) -> None:
    drawing = f'<svg xmlns="{SVG}" onload="alert(1)"><path d="M0 0h9"/></svg>'
    await _call(runner, MAKER, [{"name": "drawing", "media_type": "image/svg+xml", "text": drawing}], session)
    assert b"alert" not in base64.b64decode(session.artifacts[0].content)
    assert [(found.code, found.place) for found in session.findings] == [("artifact_scrubbed", "artifact-1")]
    assert "@onload" in session.findings[0].sentence


async def test_a_run_that_puts_without_end_is_told_to_stop(runner: LocalRunner, session: BrokerSession) -> None:
    flood = [{"name": "x", "media_type": "text/plain", "text": "x"}] * 10 + [ATTACKS["nested json"]] * 10
    result = await _call(runner, MAKER, flood, session)
    assert [answer[0] for answer in result.value[10:]] == ["artifact_refused"] * 6 + ["budget_exceeded"] * 4
    assert len(session.artifacts) == 10


async def test_without_the_capability_there_is_nothing_to_put_with(runner: LocalRunner) -> None:
    host = FixtureSession([], Grant(frozenset(), frozenset()))
    result = await _call(runner, MAKER, [ATTACKS["a page"]], host)
    assert result.value == [["policy_violation", "The module was not granted the capability 'artifacts'."]]
