"""A name is shown to people and never leads anywhere."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import ArtifactRefused
from sandbox.artifacts.name import LONGEST, safe_name


@pytest.mark.parametrize("name", ["sales.csv", "Umsätze 2026 – Süd", "売上.png", "a: b?", "x" * LONGEST, "…"])
def test_plain_names_stay(name: str) -> None:
    assert safe_name(name) == name


def test_one_name_has_one_spelling() -> None:
    assert safe_name("cafe\u0301.csv") == "caf\u00e9.csv"


@pytest.mark.parametrize(
    "name",
    [
        "", " ", ".", "..", ".bashrc", "../up", "a/b", "/etc/passwd", "a\\b", " a", "a ", "x" * (LONGEST + 1),
        "a\0b", "a\nb", "a\rb", "a\x1b[2Jb", "a\x85b", "gpj.\u202ecsv", "a\u2066b", "a\u200bb", "a\ufeffb", "a\u2028b",
        "a\ud800b", "a\ue000b", "a\U000e0041b",
    ],
)  # fmt: skip
def test_names_that_lead_somewhere_or_hide_something_are_refused(name: str) -> None:
    with pytest.raises(ArtifactRefused):
        safe_name(name)


@given(st.text(st.characters(codec=None), max_size=200))
def test_whatever_passes_is_one_visible_name(name: str) -> None:
    try:
        safe = safe_name(name)
    except ArtifactRefused:
        return
    assert 0 < len(safe) <= 3 * LONGEST
    assert not set(safe) & set("/\\\0\n")
    assert safe.strip(". ")
    assert all(unicodedata.category(sign) not in ("Cc", "Cf", "Cs") for sign in safe)
