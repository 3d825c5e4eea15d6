"""What understanding ends in."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.builtin.choosing import Chosen
from gateway.builtin.intents import Intent
from gateway.builtin.module_calls import Answer
from gateway.builtin.questions import ask_input
from gateway.builtin.utterance import Mood
from gateway.messages import JsonObject, Question


@dataclass(frozen=True, slots=True)
class Outcome:
    """A call (``tool`` and ``arguments``), a question, or only a text; and the reasons in sentences.

    ``resumed`` says that the message answered a question of before, ``understood`` that the rules know what it is.
    """

    intent: Intent
    mood: Mood
    tool: str | None = None
    arguments: JsonObject | None = None
    question: Question | None = None
    text: str = ""
    trace: tuple[str, ...] = ()
    resumed: bool = False
    understood: bool = True


def ended(text: str, why: str, *, resumed: bool = False, understood: bool = True) -> Outcome:
    """Talk: nothing to call."""
    trace = (f"Taken as: {why}.",)
    return Outcome(Intent.TALK, Mood.STATEMENT, text=text, trace=trace, resumed=resumed, understood=understood)


def of_answer(
    answer: Answer, tool: str, intent: Intent, mood: Mood, trace: tuple[str, ...], *, resumed: bool = False
) -> Outcome:
    """From a wish about modules."""
    if answer.arguments is not None:
        return Outcome(intent, mood, tool=tool, arguments=answer.arguments, trace=trace, resumed=resumed)
    return Outcome(intent, mood, question=answer.question, text=answer.text, trace=trace, resumed=resumed)


def of_chosen(
    chosen: Chosen, mood: Mood, utterance: str, *, why: str, later: tuple[str, ...] = (), resumed: bool = False
) -> Outcome:
    """From a chosen tool: a call, or the question for its first missing input."""
    trace = (why, *chosen.trace)
    if chosen.filled.missing:
        question = ask_input(chosen, utterance)
        return Outcome(Intent.TOOL, mood, question=question, trace=trace, resumed=resumed)
    notes = _notes(chosen.filled.unused, later)
    return Outcome(
        Intent.TOOL,
        mood,
        tool=chosen.profile.spec.name,
        arguments=chosen.filled.arguments,
        text=notes,
        trace=(*trace, *([notes] if notes else [])),
        resumed=resumed,
    )


def _notes(unused: tuple[str, ...], later: tuple[str, ...]) -> str:
    sentences: list[str] = []
    if unused:
        sentences.append(f"Not used: {', '.join(unused[:8])}.")
    if later:
        sentences.append(f"One thing at a time; left for your next message: {'; '.join(later[:3])}.")
    return " ".join(sentences)
