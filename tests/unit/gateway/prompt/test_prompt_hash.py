"""The hash of a prompt: what it stands for, and that the same inputs give the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from gateway import Purpose, ToolSpec
from gateway.prompt import Material, compose
from tests.unit.gateway.prompt.making import PLENTY, SOUL, TEXTS, assistant, calls, prompt, result, user

ROOT = Path(__file__).resolve().parents[4]
BASE = prompt(
    context=(Material("a", "text"), Material("b", "ours", trusted=True)),
    conversation=(user(), calls("a"), result("a")),
    tools=(ToolSpec(name="lights__look"),),
)


@pytest.mark.parametrize(
    "changed",
    [
        {"soul": replace(SOUL, text="Another.")},
        {"soul": replace(SOUL, name="another")},
        {"soul": replace(SOUL, version=4)},
        {"purpose": Purpose.TEST},
        {"task": "Another."},
        {"context": (Material("A", "text"), BASE.context[1])},
        {"context": (Material("a", "texts"), BASE.context[1])},
        {"context": (Material("a", "text", trusted=True), BASE.context[1])},
        {"context": BASE.context[::-1][:1]},
        {"conversation": (user("else"), *BASE.conversation[1:])},
        {"conversation": (*BASE.conversation[:2], result("a", failed=True))},
        {"conversation": (BASE.conversation[0], calls("a", "b"), result("a"))},
        {"tools": (ToolSpec(name="lights__look", description="else"),)},
        {"tools": ()},
    ],
)
def test_the_hash_changes_with_every_part(changed: dict[str, Any]) -> None:
    assert compose(replace(BASE, **changed)).sha256 != compose(BASE).sha256


def test_the_hash_does_not_change_with_what_no_model_sees() -> None:
    other = replace(
        BASE,
        soul=replace(SOUL, tools=("*",), purpose=Purpose.CHAT),
        context=(replace(BASE.context[0], priority=7, cut="head"), replace(BASE.context[1], cut="whole")),
    )
    assert compose(other, PLENTY, count=len).sha256 == compose(BASE).sha256


@given(TEXTS, TEXTS)
def test_equal_texts_and_only_they_have_equal_hashes(first: str, second: str) -> None:
    one, other = (compose(prompt(context=(Material("a", text),))) for text in (first, second))
    assert (one.sha256 == other.sha256) is (one.messages == other.messages)
    assert compose(prompt(context=(Material("a", first),))) == one


def test_a_growing_conversation_keeps_what_was_sent_before() -> None:
    """What a provider caches of a prompt is its beginning: marks of older blocks must not change with newer ones."""
    conversation = (user(), calls("a"), result("a"), assistant(), user("And now?"))
    shorter, longer = (
        compose(prompt(context=(Material("a", "b"),), conversation=conversation[:end])).messages for end in (3, 5)
    )
    assert longer[: len(shorter)] == shorter


PROGRAM = """
from tests.unit.gateway.prompt.test_snapshots import SOULS, a_rich_prompt
from gateway.prompt import PromptBudget, compose
print([compose(a_rich_prompt(soul), PromptBudget(context=300, conversation=300)).sha256 for soul in SOULS])
"""


def test_the_hash_is_the_same_under_every_hash_seed() -> None:
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "4242")
    }  # fmt: skip
    assert len(found) == 1
    assert len(json.loads(found.pop().replace("'", '"'))) == 5
