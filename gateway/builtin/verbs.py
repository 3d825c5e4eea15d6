"""Verbs: what kind of act a word names, so that a question never deletes and a deletion never lists."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from gateway.builtin.lexicon import verbs_by_act
from gateway.builtin.words import stem


class Act(StrEnum):
    """Kinds of acts."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    SEND = "send"
    OTHER = "other"


CHANGES = frozenset({Act.CREATE, Act.UPDATE, Act.SEND})


@cache
def known_verbs() -> dict[str, Act]:
    """Every known verb in its base form, and its act."""
    return {word: Act(act) for act, words in verbs_by_act().items() for word in words}


@cache
def _acts_by_stem() -> dict[str, Act]:
    return {stem(word): act for word, act in known_verbs().items() if act is not Act.OTHER}


def act_of(word: str) -> Act:
    """The act a word in its base form names; OTHER when it names none that is known."""
    return known_verbs().get(word, Act.OTHER)


def act_of_stem(stemmed: str) -> Act:
    """The same for a stem, as they stand in names of operations."""
    return _acts_by_stem().get(stemmed, Act.OTHER)


def is_generic(stemmed: str) -> bool:
    """Whether the stem is one of these verbs: it says what to do, and not with what."""
    return stemmed in _acts_by_stem()


def compatible(wanted: Act, offered: Act, *, writes: bool) -> bool:
    """Whether an operation of this act can be meant by a request for that act."""
    if wanted is Act.READ:
        return not writes
    if wanted is Act.DELETE:
        return writes and offered in (Act.DELETE, Act.OTHER)
    if wanted in (Act.UPDATE, Act.SEND):
        return writes and offered not in (Act.DELETE, Act.CREATE)
    if wanted in CHANGES:
        return offered is not Act.DELETE
    return True
