"""Reading a message as the answer to the question before it, unless it plainly begins something new."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.builtin.chat_tools import BUILD_MODULE, CHAT_TOOL_NAMES
from gateway.builtin.choosing import Chosen, Circumstances, choose
from gateway.builtin.conversation import DROPPED_TEXT, drops, talk
from gateway.builtin.dates import moments
from gateway.builtin.filling import Filled, fill
from gateway.builtin.intents import Intent
from gateway.builtin.labelled import is_day, moment_text
from gateway.builtin.lexer import Kind, Token, tokens_of
from gateway.builtin.module_calls import TOOL_OF, build
from gateway.builtin.outcome import Outcome, ended, of_answer, of_chosen
from gateway.builtin.profile import Input, Profile
from gateway.builtin.ranking import Index
from gateway.builtin.utterance import Clause, Mood, Utterance
from gateway.builtin.values import Unfit, value_of
from gateway.builtin.words import stems_of
from gateway.messages import Attachment, JsonObject, Question
from gateway.schema import has_value, missing_inputs, with_value

_LEAD_IN = re.compile(
    r"^(?:(?:it(?:'|’)?s|it\s+is|that(?:'|’)?s|that\s+is|this\s+is|use|take|make\s+it|let(?:'|’)?s\s+say|i\s+mean|i\s+meant|the\s+one"
    r"|should\s+be|set\s+it\s+to|please|for|in|at|to|from|of|on|about|with|ok|okay|yes|well|sorry|oh|hm+)\b[\s,:]*)+",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?:[\s,]*\b(?:please|thanks|thank\s+you|pls)\b)?[\s.!]*$", re.IGNORECASE)
_ORDINALS = {"first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "latter": 1, "third": 2, "3rd": 2, "last": -1}
_MOST_WORDS = 12


def answered(
    question: Question, said: Utterance, index: Index, files: Sequence[Attachment], around: Circumstances
) -> Outcome | None:
    """What the answer leads to; None when the message is no answer and has to be read by itself."""
    if drops(said.said):
        return ended(DROPPED_TEXT, "takes the request back", resumed=True)
    if question.tool == BUILD_MODULE:
        return _source(question, said, files)
    if question.tool in CHAT_TOOL_NAMES:
        return _option(question, said)
    if question.missing == "tool":
        return _tool(question, said, index, around)
    profile = next((one for one in index.profiles if one.spec.name == question.tool), None)
    if profile is None or _begins_something_new(profile, said, index, around):
        return None
    return _input(question, profile, said, around)


def _source(question: Question, said: Utterance, files: Sequence[Attachment]) -> Outcome | None:
    chosen = [one for one in files if one.name in question.options and one.name.lower() in said.said.lower()]
    given = said.document is not None or said.of_kind(Kind.URL) or said.of_kind(Kind.PATH)
    if not (given or files or chosen) or (said.clauses and any(clause.negated for clause in said.clauses)):
        return None
    answer = build(said, chosen or files, question.arguments)
    return of_answer(answer, BUILD_MODULE, Intent.BUILD, Mood.COMMAND, ("It answers which source.",), resumed=True)


def _option(question: Question, said: Utterance) -> Outcome | None:
    """An answer that names one of the options of a question about modules."""
    place = _ordinal(said, len(question.options))
    lowered = said.said.strip().strip(".!\"'“”`").lower()
    found = [option for option in question.options if option.lower() == lowered or _begins(option, lowered)]
    if place is not None and not found:
        found = [question.options[place]]
    if len(found) != 1 or question.tool is None:
        return None
    arguments = {**question.arguments, question.missing: found[0]}
    intent = next(intent for intent, tool in TOOL_OF.items() if tool == question.tool)
    return Outcome(
        intent, Mood.COMMAND, tool=question.tool, arguments=arguments, resumed=True, trace=("It picks an option.",)
    )


def _begins(option: str, text: str) -> bool:
    return len(text) >= 6 and option.lower().startswith(text)


def _tool(question: Question, said: Utterance, index: Index, around: Circumstances) -> Outcome | None:
    offered = [one for one in index.profiles if one.spec.name in question.options]
    offered.sort(key=lambda one: question.options.index(one.spec.name))
    place = _ordinal(said, len(offered))
    words = set(stems_of(said.said))
    scores = [len(words & {*one.operation_parts, *one.module_parts, *stems_of(one.summary)}) for one in offered]
    best = [one for one, score in zip(offered, scores, strict=True) if score == max(scores, default=0) and score > 0]
    if place is not None:
        best = [offered[place]]
    written = {token.text.lower() for token in said.tokens}
    best = [one for one in offered if {one.module.lower(), one.spec.name.lower()} & written] or best
    if len(best) != 1 or len(said.tokens) > _MOST_WORDS:
        return None
    filled = fill(best[0], (*tokens_of(question.utterance), *said.tokens), now=around.now, params=around.params)
    chosen = Chosen(best[0], filled, 0.0, (f"The answer picks {best[0].spec.name}.", *filled.trace))
    return of_chosen(chosen, Mood.COMMAND, question.utterance, why="It answers which tool.", resumed=True)


def _ordinal(said: Utterance, count: int) -> int | None:
    words = [token.text.lower() for token in said.tokens if token.kind is not Kind.MARK]
    if len(words) > 4 or count == 0:
        return None
    for word in words:
        if word in _ORDINALS and _ORDINALS[word] < count:
            return _ORDINALS[word] % count
        if word.isdigit() and 1 <= int(word) <= count:
            return int(word) - 1
    return None


def _begins_something_new(profile: Profile, said: Utterance, index: Index, around: Circumstances) -> bool:
    """A command or a question that another tool answers, or plain talk; a bare value is an answer."""
    if len(said.tokens) > 3 and talk(said, index) is not None:
        return True
    for clause in said.wanted:
        if clause.mood not in (Mood.COMMAND, Mood.QUESTION) or len(clause.tokens) < 2:
            continue
        if _names_input(profile, clause):
            continue
        outcome = choose(index, said, clause, around)
        if outcome is not None and not (isinstance(outcome, Chosen) and outcome.profile is profile):
            return True
        if isinstance(outcome, Chosen):
            return True
    return said.document is not None or any(clause.mood is Mood.HOW_TO for clause in said.clauses)


def _names_input(profile: Profile, clause: Clause) -> bool:
    """Whether the clause speaks of an input by its name: ``set limit to 5``."""
    return not profile.input_parts.isdisjoint(clause.parts)


def _input(question: Question, profile: Profile, said: Utterance, around: Circumstances) -> Outcome | None:
    asked = next((one for one in profile.inputs if one.slot.dotted == question.missing), None)
    if asked is None:
        return None
    known, reason = _direct(asked, profile, said, question.arguments, around)
    if not has_value(known, asked.slot.path):
        filled = fill(profile, said.tokens, now=around.now, known=question.arguments)
        known = filled.arguments
        if not has_value(known, asked.slot.path):
            known, reason = _leading(asked, profile, said, known, reason)
    missing = missing_inputs(profile.spec.input_schema, known)
    if question.missing in missing or not has_value(known, asked.slot.path):
        missing = (question.missing, *(path for path in missing if path != question.missing))
        reason = reason or f"“{said.said.strip()[:80]}” gives me no value for it"
    reasons = {question.missing: reason} if reason and question.missing in missing else {}
    options = {question.missing: question.options} if question.options else {}
    filled = Filled(known, missing, reasons, options, (), ())
    chosen = Chosen(profile, filled, 0.0, (f"It answers which `{question.missing}`.",))
    return of_chosen(chosen, Mood.COMMAND, question.utterance, why="The question before it is open.", resumed=True)


def _direct(
    asked: Input, profile: Profile, said: Utterance, known: JsonObject, around: Circumstances
) -> tuple[JsonObject, str]:
    """The whole message as the value that was asked for."""
    text = _bare(said.said)
    if not text or _labels_another(asked, profile, said.tokens):
        return known, ""
    if is_day(asked):
        found = moments(said.tokens, around.now)
        text = moment_text(asked, found[0]) if len(found) == 1 else text
    if len(said.tokens) == 1 and said.tokens[0].kind is Kind.QUOTED:
        text = str(said.tokens[0].value)
    if asked.slot.type in ("string", "any") and len(said.tokens) > _MOST_WORDS and not asked.has_role("text", "query"):
        return known, ""
    if asked.slot.type in ("integer", "number"):
        numbers = [token for token in said.tokens if token.kind is Kind.NUMBER]
        text = numbers[0].text if len(numbers) == 1 else text
    try:
        return with_value(known, asked.slot.path, value_of(asked.slot.schema, text)), ""
    except Unfit as reason:
        return known, f"“{text[:80]}” does not fit: {reason}"


def _leading(asked: Input, profile: Profile, said: Utterance, known: JsonObject, reason: str) -> tuple[JsonObject, str]:
    """The part of the message before a comma or the name of another input."""
    head = re.split(r"[,;\n]|\bwith\b|\band\b", _bare(said.said), maxsplit=1)[0].strip()
    if not head or not _labels_another(asked, profile, said.tokens):
        return known, reason
    try:
        return with_value(known, asked.slot.path, value_of(asked.slot.schema, head)), ""
    except Unfit as unfit:
        return known, f"“{head[:80]}” does not fit: {unfit}"


def _bare(text: str) -> str:
    """The answer without the words around it: ``it's Oslo, please.`` is ``Oslo``."""
    stripped = _ENDING.sub("", _LEAD_IN.sub("", text.strip()))
    return stripped or text.strip()


def _labels_another(asked: Input, profile: Profile, tokens: tuple[Token, ...]) -> bool:
    """Whether another input is named in the message."""
    said = {part for token in tokens for part in token.parts}
    return any(
        said.issuperset(label)
        for one in profile.inputs
        if one is not asked and one.leaf
        for label in one.strong
        if label != asked.parts and len("".join(label)) > 1
    )
