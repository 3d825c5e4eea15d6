"""Choosing the tool for a message: by its words first, then by how well the values in it fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from gateway.builtin.filling import Filled, fill
from gateway.builtin.lexer import Kind, Token
from gateway.builtin.profile import Profile
from gateway.builtin.ranking import Index, Match
from gateway.builtin.utterance import Clause, Mood, Utterance
from gateway.builtin.verbs import Act, compatible
from gateway.builtin.words import is_stopword

_CONSIDERED = 5
_NEAR = 0.5
_EQUAL = 0.985
_COVERED = 0.5
_UNUSED = 0.6
_DOUBTFUL_WRITE = 0.8
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
    matches = [match for match in index.search(_meant(said, clause)) if _may(match.profile, clause)]
    matches = [match for match in matches if match.strong or _is_called(match.profile, clause)]
    if not matches:
        return None
    best = matches[0].score
    near = [match for match in matches[: 2 * _CONSIDERED] if match.score >= _NEAR * best][:_CONSIDERED]
    considered = [_considered(index, match, said, clause, around) for match in near]
    fitting = [one for one, covered in considered if covered]
    if not fitting:
        return None
    fitting.sort(key=lambda one: -one.score)
    equal = [one for one in fitting if one.score >= _EQUAL * fitting[0].score]
    return Tie(tuple(equal[:3])) if len(equal) > 1 else fitting[0]


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


def _stems(clause: Clause) -> list[str]:
    """What the clause's words mean for the choice; "how much" asks for an amount."""
    words = [token.word for token in clause.tokens]
    asked = ["amount", "pric"] if ("how", "much") in pairwise(words) else []
    return asked + [
        part
        for token in clause.tokens
        if token.kind is Kind.WORD and not is_stopword(token.word)
        for part in token.parts
        if not is_stopword(part)
    ]


def _may(profile: Profile, clause: Clause) -> bool:
    """A question never writes; a command only what its verb can mean."""
    if _is_called(profile, clause):
        return clause.mood in (Mood.COMMAND, Mood.STATEMENT)
    if clause.mood is not Mood.COMMAND:
        return not profile.writes
    if clause.verb in profile.verbs:
        return clause.act is not Act.DELETE or profile.writes
    return compatible(clause.act, profile.act, writes=profile.writes)


def _is_called(profile: Profile, clause: Clause) -> bool:
    """Whether the tool stands there by its own name."""
    names = {profile.spec.name.lower(), profile.operation.lower()}
    return any(token.text.lower() in names and ("_" in token.text or len(names) == 1) for token in clause.tokens)


def _considered(
    index: Index, match: Match, said: Utterance, clause: Clause, around: Circumstances
) -> tuple[Chosen, bool]:
    profile = match.profile
    tokens = tokens_for(profile, said, clause)
    filled = fill(profile, tokens, now=around.now, params=around.params)
    needed = sum(one.needed and one.leaf for one in profile.inputs)
    absent = len(filled.missing)
    score = match.score * (1.0 + 0.1 * min(3, max(0, needed - absent)) - 0.12 * min(3, absent))
    score *= _UNUSED ** min(3, len(filled.unused))
    if clause.mood is Mood.COMMAND and clause.act is Act.OTHER and profile.writes:
        score *= _DOUBTFUL_WRITE
    if clause.mood is Mood.COMMAND and clause.act is profile.act and clause.act is not Act.OTHER:
        score *= 1.15
    if _is_called(profile, clause):
        score *= 2.0
    trace = (
        f"{profile.spec.name} scores {score:.2f} by the words {', '.join(sorted(match.shared)) or '(its name)'}.",
        *filled.trace,
    )
    return Chosen(profile, filled, score, trace), _covers(index, match, clause, filled)


def _covers(index: Index, match: Match, clause: Clause, filled: Filled) -> bool:
    """Whether the tool speaks for at least half of the words that mean something and are no values."""
    values = {word for text in _texts(filled.arguments) for word in text.lower().split()}
    open_words = [
        token
        for token in clause.tokens
        if token.kind is Kind.WORD
        and not is_stopword(token.word)
        and token.text.lower() not in values
        and not (
            token.text[0].isupper() and token.start > clause.tokens[0].start and match.shared.isdisjoint(token.parts)
        )
        and not all(index.is_generic(part) for part in token.parts)
    ]
    if not open_words or _is_called(match.profile, clause):
        return True
    known = [token for token in open_words if not match.shared.isdisjoint(token.parts)]
    return len(known) >= _COVERED * len(open_words)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for member in value.values() for text in _texts(member)]  # pyright: ignore
    if isinstance(value, list):
        return [text for member in value for text in _texts(member)]  # pyright: ignore
    return [str(value)]
