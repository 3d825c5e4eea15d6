"""Questions about the service's own state."""

from __future__ import annotations

import asyncio

from core.errors import Unavailable
from orchestrator import probes
from orchestrator.probes import Finding, Probe, ask_all


async def fine() -> Finding:
    return Finding(True, "It is well.", {"depth": 3})


async def refuses() -> Finding:
    raise Unavailable("The disk is full.", mend="Make room.")


async def breaks() -> Finding:
    raise ZeroDivisionError("by zero")


async def hangs() -> Finding:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_probe_that_fails_is_an_answer_and_takes_no_other_down(monkeypatch) -> None:
    monkeypatch.setattr(probes, "PROBE_SECONDS", 0.01)
    asked = [Probe("a", fine), Probe("b", refuses), Probe("c", breaks), Probe("d", hangs)]
    found = {answer.name: answer for answer in await ask_all(asked)}

    assert found["a"].ok
    assert found["a"].facts == {"depth": 3}
    assert [found[name].ok for name in "bcd"] == [False, False, False]
    assert found["b"].sentence == "The disk is full. Make room."
    assert found["c"].sentence == "ZeroDivisionError: by zero"
    assert "No answer within" in found["d"].sentence
