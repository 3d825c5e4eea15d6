"""Words: how two spellings are found to be the same word, and which words carry no meaning of their own."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from gateway.builtin.lexicon import synonym_groups, word_set

_NAME_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_VOWELS = re.compile(r"[aeiouy]")


def plain(word: str) -> str:
    """The word in lower case without accents: how words are compared."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKD", word).casefold()
    return "".join(character for character in folded if not unicodedata.combining(character))


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """A rough English stem of a plain word: plural, -ing, -ed, -ion and a final e are taken off."""
    word = word.replace("’", "'").removesuffix("'s").removesuffix("'")
    if len(word) <= 3 or not word.isascii():
        return word
    word = _singular(word)
    for ending, least in (("ing", 3), ("ed", 3), ("ion", 5)):
        base = word.removesuffix(ending)
        if base != word and len(base) >= least and _VOWELS.search(base):
            word = base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=32_768)
def name_parts(name: str) -> tuple[str, ...]:
    """The plain words of an identifier: ``petId``, ``pet_id`` and ``Pet-ID`` are ``("pet", "id")``."""
    return tuple(plain(part) for part in _NAME_PARTS.findall(name))


def stems_of(text: str) -> list[str]:
    """The stems of all words of a text or identifier, in order."""
    return [stem(part) for part in name_parts(text)]


def is_stopword(word: str) -> bool:
    """Whether a plain word says nothing about which tool is meant."""
    return word in word_set("stop")


@cache
def stem_set(name: str) -> frozenset[str]:
    """The stems of one of the lexicon's lists."""
    return frozenset(stem(word) for word in word_set(name))


def content_stems(text: str) -> list[str]:
    """The stems of the words that mean something, in order."""
    return [stem(part) for part in name_parts(text) if not is_stopword(part)]


def synonyms(stemmed: str) -> frozenset[str]:
    """Stems that mean about the same, without the stem itself."""
    return _synonym_table().get(stemmed, frozenset())


@cache
def _synonym_table() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for group in synonym_groups():
        stems = frozenset(stem(word) for word in group)
        for one in stems:
            table[one] = table.get(one, frozenset()) | (stems - {one})
    return table
