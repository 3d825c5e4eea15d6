"""The words that are known, from ``lexicon.toml``; read once, when first needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any


@cache
def word_set(name: str) -> frozenset[str]:
    """One list of ``[words]``."""
    return frozenset(_content()["words"][name].split())


@cache
def verbs_by_act() -> Mapping[str, frozenset[str]]:
    """The verbs of each act, in their base form."""
    return {act: frozenset(words.split()) for act, words in _content()["acts"].items()}


@cache
def synonym_groups() -> tuple[frozenset[str], ...]:
    """Words that mean about the same."""
    return tuple(frozenset(group.split()) for group in _content()["synonyms"]["groups"])


@cache
def roles() -> Mapping[str, frozenset[str]]:
    """What an input may be for, and the words in its name that say so."""
    return {role: frozenset(words.split()) for role, words in _content()["roles"].items()}


@lru_cache(maxsize=4_096)
def roles_after(preposition: str) -> tuple[str, ...]:
    """The roles that the object of a preposition can have, the likeliest first; none for other words."""
    return tuple(_content()["prepositions"].get(preposition, "").split())


@cache
def comparisons() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The phrases before an upper (``most``) and a lower (``least``) bound, as words."""
    return {role: tuple(tuple(phrase.split()) for phrase in found) for role, found in _content()["comparisons"].items()}


@lru_cache(maxsize=4_096)
def aliases(name: str) -> tuple[str, ...]:
    """Other names of an input with this name."""
    return tuple(_content()["aliases"].get(name, "").split())


@cache
def asking() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Question words, and the words for what they ask for."""
    return {tuple(words.split()): tuple(meant.split()) for words, meant in _content()["asking"].items()}


def period_end(word: str) -> str | None:
    """``start`` or ``end`` for a word that stands before such a date."""
    return _content()["periods"].get(word)


@cache
def language_names(code: str) -> tuple[str, ...]:
    """What a language is called whose code this is: ISO 639-1, with or without a country behind it."""
    return tuple(_content()["languages"].get(re.split("[-_]", code.lower())[0], "").split())


@cache
def phrasal_verbs() -> Mapping[str, str]:
    """Verbs of several words, and the one verb that means the same."""
    return dict(_content()["phrasal"])


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(files("gateway.builtin").joinpath("lexicon.toml").read_text(encoding="utf-8"))
