"""The words that are known, from ``lexicon.toml``; read once, when first needed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
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
def _content() -> dict[str, Any]:
    return tomllib.loads(files("gateway.builtin").joinpath("lexicon.toml").read_text(encoding="utf-8"))
