"""Sentences over invented APIs, with what has to come of them: data in ``corpus/``, none of it known to the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway import ModelResult

SENTENCES = yaml.safe_load((Path(__file__).parent / "corpus" / "sentences.yaml").read_text(encoding="utf-8"))


def outcome_of(result: ModelResult) -> dict[str, Any]:
    if result.tool_calls:
        return {"call": {call.name: call.arguments for call in result.tool_calls}}
    if result.question is not None and result.question.missing == "tool":
        return {"ask_tool": sorted(result.question.options)}
    if result.question is not None:
        return {"ask": {result.question.tool: result.question.missing}}
    return {"talk": result.text}


@pytest.mark.parametrize(
    "case", SENTENCES, ids=lambda case: f"{'→'.join(case.get('after', []))[:30]}|{case['say'][:50]}"
)
async def test_a_sentence_leads_to_what_it_says(case: dict[str, Any], conversation: Any) -> None:
    for before in case.get("after", []):
        await conversation.say(before)
    result = await conversation.say(case["say"], files=case.get("files", ()))
    outcome = outcome_of(result)
    if "not" in case:
        assert not outcome.get("call", {}).keys() & set(case["not"])
        return
    if case.get("or") == "talk" and "talk" in outcome:
        return
    if "talk" in case:
        assert "talk" in outcome, outcome
        assert case["talk"] is True or case["talk"] in outcome["talk"]
        return
    expected = {key: case[key] for key in ("call", "ask", "ask_tool") if key in case}
    assert outcome == expected, result.trace
    assert case.get("text", "") in result.text
