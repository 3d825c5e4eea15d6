"""What holds for every prompt: nobody leaves their marks, nothing is over its budget, calls keep their results."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.errors import TooLarge
from gateway import Attachment, Message
from gateway.prompt import Composed, Count, Material, PromptBudget, compose, estimate
from gateway.prompt.marks import fence
from tests.unit.gateway.prompt.making import MATERIALS, PLENTY, TEXTS, conversations, prompt, user

OPENS = re.compile(r"<<<untrusted ([0-9]{24})>>>")


def uneven(text: str) -> int:
    """A count as odd as a tokenizer's: digits and spaces weigh differently, and length is not all."""
    return len(text) // 2 + text.count("7") + (len(text) % 3)


COUNTS: st.SearchStrategy[Count] = st.sampled_from((estimate, len, uneven))
BUDGETS = st.builds(
    PromptBudget,
    soul=st.just(500),
    purpose=st.just(900),
    task=st.just(500),
    context=st.integers(0, 1_500),
    conversation=st.integers(0, 1_500),
    total=st.integers(0, 3_500),
)


def blocks(content: str) -> list[list[str]]:
    """The lines inside each pair of marks, read as the system message's rule says; fails when one is not closed."""
    found: list[list[str]] = []
    lines = iter(content.replace("\r\n", "\n").splitlines())
    for line in lines:
        if opened := OPENS.fullmatch(line):
            inside: list[str] = []
            while (line := next(lines)) != f"<<<end {opened[1]}>>>":
                inside.append(line)
            found.append(inside)
    return found


def composed_or_none(messages: tuple[Message, ...], materials: list[Material], **more: object) -> Composed | None:
    try:
        return compose(prompt(conversation=messages, context=tuple(materials)), **more)  # type: ignore[arg-type]
    except TooLarge:
        return None


@given(st.lists(MATERIALS, max_size=4))
def test_no_material_leaves_its_marks(materials: list[Material]) -> None:
    composed = compose(prompt(context=tuple(materials), conversation=(user(),)))
    content = composed.messages[1].content if materials else ""
    assert len(blocks(content)) == len(materials)
    assert content.count("<<<untrusted ") == content.count("<<<end ") == len(materials)
    outside = OPENS.sub("", re.sub(r"(?s)<<<untrusted ([0-9]{24})>>>.*?<<<end \1>>>", "", content))
    assert outside.strip() == ""


@given(TEXTS, TEXTS)
def test_nor_by_the_marks_that_it_had_before(name: str, text: str) -> None:
    """An attacker who saw a whole prompt writes all of it into the next text."""
    former = compose(prompt(context=(Material(name, text),))).messages[1].content
    again = compose(prompt(context=(Material(former, former), Material("second", former)))).messages[1].content
    assert len(blocks(again)) == 2
    assert not set(OPENS.findall(former)) & set(OPENS.findall(again))


@given(TEXTS)
def test_a_closing_mark_of_its_own_text_is_not_the_one(text: str) -> None:
    closing = fence("a", text, bytes(32)).splitlines()[-1]
    lines = fence("a", f"{text}\n{closing}", bytes(32)).splitlines()
    assert lines.count(lines[-1]) == 1


@given(conversations(), st.lists(MATERIALS, max_size=3), BUDGETS, COUNTS)
def test_everything_keeps_within_its_budget(
    messages: tuple[Message, ...], materials: list[Material], budget: PromptBudget, count: Count
) -> None:
    composed = composed_or_none(messages, materials, budget=budget, count=count)
    if composed:
        assert all(part.tokens <= part.allowed <= getattr(budget, part.name) for part in composed.parts)
        assert composed.tokens <= budget.total


@given(conversations(), st.lists(MATERIALS, max_size=3), BUDGETS)
def test_the_parts_count_at_least_what_is_sent(
    messages: tuple[Message, ...], materials: list[Material], budget: PromptBudget
) -> None:
    composed = composed_or_none(messages, materials, budget=budget)
    if composed:
        assert sum(estimate(message.content) for message in composed.messages) <= composed.tokens


@given(conversations(), st.lists(MATERIALS, max_size=3), BUDGETS)
def test_calls_keep_their_results_and_messages_their_order(
    messages: tuple[Message, ...], materials: list[Material], budget: PromptBudget
) -> None:
    whole = compose(prompt(conversation=messages, context=tuple(materials)), PLENTY)
    composed = composed_or_none(messages, materials, budget=budget)
    if composed is None:
        return
    first = len(whole.messages) - len(messages)
    given, left = whole.messages[first:], composed.messages[first:]
    if not messages:
        return
    rest = iter(given)
    for message in left:
        assert any(same(message, one) for one in rest)
    assert same(left[-1], given[-1])
    users = [message for message in given if message.role == "user"]
    assert not users or users[-1] in left
    open_calls: list[str] = []
    for message in left:
        open_calls += [call.id for call in message.tool_calls]
        if message.role == "tool":
            open_calls.remove(message.tool_call_id or "")
    assert open_calls == []


def same(left: Message, given: Message) -> bool:
    """Whether it is that message; a tool's result may have been cut."""
    if given.role == "tool":
        return left.model_copy(update={"content": ""}) == given.model_copy(update={"content": ""})
    return left == given


@given(conversations(), BUDGETS)
def test_what_is_missing_is_said(messages: tuple[Message, ...], budget: PromptBudget) -> None:
    composed = composed_or_none(messages, [], budget=replace(budget, total=budget.total + 3_000))
    if composed and messages:
        missing = len(messages) - (len(composed.messages) - 1)
        note = f"[... {missing} earlier message{'' if missing == 1 else 's'} of this conversation left out ...]"
        assert (note in composed.messages[0].content) is (missing > 0)


@given(TEXTS, TEXTS)
def test_nothing_hidden_or_unsendable_is_left_in_what_others_wrote(text: str, name: str) -> None:
    said = Message(role="user", content=text, attachments=(Attachment(id="1", name=name, media_type=name),))
    composed = compose(prompt(context=(Material(name, text),), conversation=(said,)))
    for message in composed.messages:
        message.model_dump_json()
        message.content.encode("utf-8")
        assert len(blocks(message.content)) == (message.role == "user")
