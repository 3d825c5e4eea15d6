"""What a client of ``nexus/companion`` is told of a run's events."""

from __future__ import annotations

from typing import Any

import pytest

from core.events import Event
from orchestrator.api.openai.companion import Telling, TurnFailed


def event(type: str, **data: Any) -> Event:
    return Event(id=1, key="k", org="home", run="r", type=type, data=data, ts="2027-01-15T08:00:00Z")


def delta(text: str, attempt: int = 1) -> Event:
    return event("message.delta", message="m", text=text, attempt=attempt)


def told(*events: Event) -> tuple[Telling, list[str]]:
    telling = Telling()
    return telling, [piece for each in events if (piece := telling.heard(each))]


def test_words_come_as_they_are_said_and_the_kept_message_ends_them() -> None:
    telling, pieces = told(
        delta("Once "),
        delta("upon "),
        event("message.completed", text="Once upon [CONVERSATION]"),
        event("run.finished"),
    )
    assert pieces == ["Once ", "upon ", "[CONVERSATION]"]
    assert telling.ended
    assert telling.answered


def test_a_message_without_words_before_it_comes_whole() -> None:
    _, pieces = told(event("message.completed", text="Done."))
    assert pieces == ["Done."]


def test_a_new_attempt_says_only_what_has_not_been_said() -> None:
    _, pieces = told(delta("Once upon"), delta("Once", 2), delta(" upon a time", 2))
    assert pieces == ["Once upon", " a time"]


def test_an_attempt_that_says_something_else_is_told_whole_in_the_end() -> None:
    telling, pieces = told(delta("Once upon"), delta("There was", 2), event("message.completed", text="There was one."))
    assert pieces == ["Once upon", "\n\nThere was one."]
    assert telling.sent == "".join(pieces)


def test_a_card_ends_it_and_is_named() -> None:
    telling, pieces = told(event("approval.requested", title="Install weather 1"))
    assert pieces == ["It waits for an approval: Install weather 1. Answer the card in NEXUS."]
    assert telling.ended
    assert not telling.answered


def test_what_the_models_took_is_noted() -> None:
    telling, _ = told(event("model.called", usage={"input_tokens": 7, "output_tokens": 2, "cost": "0.01"}))
    assert [usage.input_tokens for usage in telling.usages] == [7]


@pytest.mark.parametrize(
    "end",
    [
        event("run.failed", error={"code": "x", "detail": "It broke.", "mend": "Mend it."}),
        event("run.cancelled", error=None),
    ],
)
def test_a_run_that_ended_badly_is_an_error(end: Event) -> None:
    with pytest.raises(TurnFailed):
        told(end)
