"""Choosing the tool for a message: by its words first, then by how well the values in it fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.builtin.filling import Filled, fill
from gateway.builtin.lexer import Kind, Token
from gateway.builtin.lexicon import asking, word_set
from gateway.builtin.profile import Profile
from gateway.builtin.ranking import Index, Match
from gateway.builtin.utterance import Clause, Mood, Utterance
from gateway.builtin.verbs import CHANGES, Act, compatible
from gateway.builtin.words import content_stems, is_stopword, stem

_CONSIDERED = 6
_NEAR = 0.3
_EQUAL = 0.985
_UNUSED = 0.5
_UNKNOWN = 0.88
_DOUBTFUL_WRITE = 0.8
_READS_INSTEAD = 0.5
_SAME_ACT = 1.15
_AS_WRITTEN = 0.05
_EXTRA = 0.93
_OTHER_FORM = 0.95
_CALLED = 2.0
_PRONOUNS = frozenset({"it", "them", "that", "this", "these", "those", "one"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tool, its inputs as far as the text gave them, and why."""

    profile: Profile
    filled: Filled
    score: float
    trace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """Several tools fit equally well."""

    choices: tuple[Chosen, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What filling needs beside the text."""

    now: datetime | None = None
    params: Mapping[str, Any] | None = None


def choose(index: Index, said: Utterance, clause: Clause, around: Circumstances) -> Chosen | Tie | None:
    """The tool that this clause asks for; None when none does."""
    matches = [match for match in index.search(_meant(said, clause), _told_verb(clause)) if _may(match.profile, clause)]
    named = [match for match in matches if match.shared or _is_called(match.profile, clause)]
    return _best(index, named, said, clause, around) or _best(
        index, [match for match in matches if match.by_module and not match.shared], said, clause, around
    )


def _best(
    index: Index, matches: list[Match], said: Utterance, clause: Clause, around: Circumstances
) -> Chosen | Tie | None:
    if not matches:
        return None
    words = {token.word for token in clause.tokens}
    promising = sorted(((match.score * _likeness(match, words), match) for match in matches), key=lambda pair: -pair[0])
    near = [match for promise, match in promising if promise >= _NEAR * promising[0][0]][:_CONSIDERED]
    considered = [_considered(index, match, said, clause, around) for match in near]
    fitting = sorted((one for one in considered if one is not None), key=lambda one: -one.score)
    equal = [one for one in fitting if one.score >= _EQUAL * fitting[0].score]
    return Tie(tuple(equal[:3])) if len(equal) > 1 else next(iter(fitting), None)


def tokens_for(profile: Profile, said: Utterance, clause: Clause) -> tuple[Token, ...]:
    """The clause's tokens, with those of others that only add values to it."""
    found: list[Token] = []
    refers = any(token.word in _PRONOUNS for token in clause.tokens)
    for other in said.clauses:
        if other is clause or (not other.negated and _adds(profile, other)) or (other.negated and refers):
            found += other.tokens
    return tuple(found)


def _adds(profile: Profile, other: Clause) -> bool:
    if other.mood is Mood.STATEMENT:
        return True
    first = {part for token in other.tokens[:2] for part in token.parts}
    return other.mood is Mood.COMMAND and not first.isdisjoint(profile.input_parts)


def _meant(said: Utterance, clause: Clause) -> list[str]:
    """The clause's stems; with "it" or "them" in it, the nouns of the clause before as well."""
    stems = _stems(clause)
    place = said.clauses.index(clause)
    if place > 0 and any(token.word in _PRONOUNS for token in clause.tokens):
        before = said.clauses[place - 1]
        verbs = (
            {part for token in before.tokens[:1] for part in token.parts} if before.mood is Mood.COMMAND else set[str]()
        )
        stems += [piece for piece in _stems(before) if piece not in verbs]
    return stems


def _told_verb(clause: Clause) -> str:
    """The stem of the verb of a command; empty where the word may as well be a noun ("order 17")."""
    return stem(clause.verb) if clause.mood is Mood.COMMAND and clause.act is not Act.OTHER else _other_verb(clause)


def _other_verb(clause: Clause) -> str:
    return stem(clause.verb) if clause.verb and clause.verb not in word_set("also_nouns") else ""


def _stems(clause: Clause) -> list[str]:
    """What the clause's words mean for the choice; where none does, what its question word asks for."""
    found = [
        part
        for token in clause.tokens
        if token.kind is Kind.WORD and not is_stopword(token.word)
        for part in content_stems(token.text)
    ]
    words = [token.word for token in clause.tokens]
    asked = [stem(word) for phrase, meant in asking().items() if _opens(phrase, words) for word in meant]
    return found + [piece for piece in asked if piece not in found]


def _opens(phrase: tuple[str, ...], words: list[str]) -> bool:
    return any(tuple(words[start : start + len(phrase)]) == phrase for start in range(2))


def _may(profile: Profile, clause: Clause) -> bool:
    """A question never writes; a command only what its verb can mean."""
    if _is_called(profile, clause):
        return clause.mood in (Mood.COMMAND, Mood.STATEMENT)
    if clause.mood is not Mood.COMMAND:
        return not profile.writes
    if clause.verb in profile.verbs or (clause.verb and stem(clause.verb) in profile.operation_parts):
        return clause.act is not Act.DELETE or profile.writes
    return compatible(clause.act, profile.act, writes=profile.writes)


def _is_called(profile: Profile, clause: Clause) -> bool:
    """Whether the tool stands there by its own name."""
    return not profile.names.isdisjoint(clause.written)


def _considered(index: Index, match: Match, said: Utterance, clause: Clause, around: Circumstances) -> Chosen | None:
    """The tool with its inputs filled and its final score; None when too much of the clause is about something else."""
    profile = match.profile
    commanded = clause.mood is Mood.COMMAND
    tokens = tokens_for(profile, said, clause)
    filled = fill(profile, tokens, now=around.now, params=around.params, commanded=commanded)
    unknown = _unknown_words(index, match, clause, filled)
    called = _is_called(profile, clause)
    reads_instead = clause.mood is Mood.COMMAND and clause.act in CHANGES and not profile.writes
    if reads_instead and (unknown or match.by_module):
        return None
    if profile.writes and unknown and match.shared <= {_told_verb(clause)} and not called:
        return None
    told = bool(match.strong) or (bool(filled.arguments) and not filled.missing) or match.by_module
    if not called and (not told or not _covered(index, match, clause, unknown)):
        return None
    score = max(match.score, 1.0) * _fit(profile, filled) * _UNKNOWN ** min(3, len(unknown))
    if clause.mood is Mood.COMMAND and clause.act is Act.OTHER and profile.writes:
        score *= _DOUBTFUL_WRITE
    if clause.mood is Mood.COMMAND and clause.act is profile.act and clause.act is not Act.OTHER:
        score *= _SAME_ACT
    score *= _READS_INSTEAD if reads_instead else 1.0
    score *= _likeness(match, {token.word for token in clause.tokens})
    score *= _CALLED if called else 1.0
    trace = (
        f"{profile.spec.name} scores {score:.2f} by the words {', '.join(sorted(match.shared)) or '(its name)'}.",
        *filled.trace,
    )
    words_left = tuple(token.text for token in unknown)
    return Chosen(profile, replace(filled, unused=(*filled.unused, *words_left)), score, trace)


def _likeness(match: Match, words: set[str]) -> float:
    """How like the tool's name is to the words: what it says beyond them counts against it, spelling alike for it."""
    profile = match.profile
    factor = _EXTRA ** min(5, len(profile.nouns - match.shared))
    factor *= 1.0 + _AS_WRITTEN * len(words & profile.written)
    return factor * (_OTHER_FORM if word_set("forms") & profile.written - words else 1.0)


def _fit(profile: Profile, filled: Filled) -> float:
    """How well the values fit: needed inputs filled are good, missing ones bad, values that go nowhere worse."""
    needed = sum(one.needed and one.leaf for one in profile.inputs)
    absent = len(filled.missing)
    return (1.0 + 0.1 * min(3, max(0, needed - absent)) - 0.2 * min(3, absent)) * _UNUSED ** min(3, len(filled.unused))


def _unknown_words(index: Index, match: Match, clause: Clause, filled: Filled) -> list[Token]:
    """The clause's words that mean something, are no values, and that the tool does not share."""
    return [
        token
        for token in _open_words(index, clause)
        if token.start not in filled.used
        and match.shared.isdisjoint(token.parts)
        and not set(match.profile.module_parts).issuperset(token.parts)
        and not (token.text[0].isupper() and token.start > clause.tokens[0].start)
    ]


def _open_words(index: Index, clause: Clause) -> list[Token]:
    return [
        token
        for token in (clause.tokens[1:] if _told_verb(clause) else clause.tokens)
        if token.kind is Kind.WORD
        and not is_stopword(token.word)
        and not all(index.is_generic(part) for part in token.parts)
    ]


def _covered(index: Index, match: Match, clause: Clause, unknown: list[Token]) -> bool:
    """Whether the tool shares at least as many words with the clause as it does not know."""
    if match.by_module and not match.shared:
        return len(unknown) <= 2
    known = [token for token in _open_words(index, clause) if not match.shared.isdisjoint(token.parts)]
    return len(known) + (_told_verb(clause) in match.shared) >= len(unknown)
