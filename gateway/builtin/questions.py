"""The one precise question: which input is missing, for what, and what it can be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.builtin.choosing import Chosen
from gateway.builtin.profile import Profile
from gateway.messages import JsonObject, Question, ToolSpec
from gateway.schema import Slot, choices, missing_inputs, slots

_MOST_OPTIONS = 12
_LONGEST_UTTERANCE = 2_000


def ask_input(chosen: Chosen, utterance: str) -> Question:
    """Ask for the first missing input of a tool."""
    filled = chosen.filled
    path = filled.missing[0]
    return _question(
        chosen.profile, path, filled.arguments, utterance, filled.options.get(path), filled.reasons.get(path)
    )


def ask_missing(spec: ToolSpec, arguments: JsonObject, utterance: str) -> Question | None:
    """Ask for the first needed input that a call of this tool lacks; None where it has them all."""
    missing = missing_inputs(spec.input_schema, arguments)
    return _question(Profile(spec), missing[0], arguments, utterance) if missing else None


def _question(
    profile: Profile,
    path: str,
    arguments: JsonObject,
    utterance: str,
    given: tuple[str, ...] | None = None,
    reason: str | None = None,
) -> Question:
    slot = next((one for one in slots(profile.spec.input_schema) if one.dotted == path), None)
    options = given or _options(slot)
    sentences = [
        f"{reason[0].upper()}{reason[1:]}." if reason else "",
        f"Which `{path}` shall I use for {profile.title()}?",
        _explained(slot),
        f"One of: {', '.join(options[:_MOST_OPTIONS])}{', …' if len(options) > _MOST_OPTIONS else ''}."
        if options
        else "",
    ]
    return Question(
        text=" ".join(sentence for sentence in sentences if sentence),
        missing=path,
        tool=profile.spec.name,
        arguments=arguments,
        options=options[:_MOST_OPTIONS],
        utterance=utterance[:_LONGEST_UTTERANCE],
    )


def ask_tool(profiles: Sequence[Profile], utterance: str) -> Question:
    """Ask which of equally fitting tools is meant."""
    names = [f"{profile.title()}" for profile in profiles]
    listed = f"{', '.join(names[:-1])} or {names[-1]}"
    return Question(
        text=f"Which one do you mean: {listed}?",
        missing="tool",
        options=tuple(profile.spec.name for profile in profiles),
        utterance=utterance[:_LONGEST_UTTERANCE],
    )


def _options(slot: Slot | None) -> tuple[str, ...]:
    return tuple(choice.labels[-1] for choice in choices(slot.schema)) if slot is not None else ()


def _explained(slot: Slot | None) -> str:
    """The description's first sentence and the limits, as far as the schema tells them."""
    if slot is None:
        return ""
    first = re.split(r"(?<=[.!?])\s|\n", re.sub(r"</?[A-Za-z][^<>]{0,200}>", "", slot.text).strip(), maxsplit=1)[0][
        :200
    ]
    sentence = f"{first.rstrip('.')}." if first else ""
    least, most = slot.schema.get("minimum"), slot.schema.get("maximum")
    kind = {"integer": "a whole number", "number": "a number", "boolean": "yes or no", "array": "a list"}.get(slot.type)
    form = slot.schema.get("format")
    if form in ("date", "date-time"):
        kind = "a date" if form == "date" else "a date with time and zone"
    if kind is None or choices(slot.schema):
        return sentence
    limits = f" from {least} to {most}" if least is not None and most is not None else ""
    return f"{sentence} It is {kind}{limits}.".strip()
