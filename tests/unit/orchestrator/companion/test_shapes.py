"""The shapes of answers, as fields and as text."""

from __future__ import annotations

from orchestrator.companion.shapes import CompanionResponse, OperatorResponse
from orchestrator.governance.model import State

ANSWER = OperatorResponse(
    situation="Asked for berths.",
    decision="Reading only.",
    execution="harbour · list_berths",
    verify="",
    log="Call 7.",
    state=State.ACTION_READY,
    answer="Three are free.\n",
)


def test_talk_carries_its_tag() -> None:
    assert CompanionResponse(text="Hello.\n").render() == "Hello. [CONVERSATION]"


def test_an_operators_answer_accounts_for_itself() -> None:
    assert ANSWER.render() == (
        "Three are free.\n\n"
        "SITUATION: Asked for berths.\n"
        "DECISION: Reading only.\n"
        "EXECUTION: harbour · list_berths\n"
        "VERIFY: –\n"
        "LOG: Call 7.\n"
        "[ACTION_READY]"
    )


def test_without_an_answer_the_sections_begin() -> None:
    assert ANSWER.model_copy(update={"answer": ""}).render().startswith("SITUATION: ")


def test_the_fields_are_json_both_ways() -> None:
    assert OperatorResponse.model_validate_json(ANSWER.model_dump_json()) == ANSWER
