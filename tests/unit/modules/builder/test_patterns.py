"""Regular expressions: read alike, safe to run, and examples that match them."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modules.builder.openapi.pattern_text import text_for
from modules.builder.openapi.patterns import explosive, python_pattern


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("^[a-z]{2}$", "^[a-z]{2}$"),
        ("/^a+$/i", "^a+$"),
        ("(?<year>\\d{4})", "(?P<year>\\d{4})"),
        ("[[&]", r"[\[\&]"),
        ("a--b&&c", "a--b&&c"),
        ("^(?!aws:)[a-z]+$", "^(?!aws:)[a-z]+$"),
        ("^(\\d{3}-)?\\d+$", "^(\\d{3}-)?\\d+$"),
    ],
)
def test_a_pattern_is_read_as_python_reads_it(given: str, read: str) -> None:
    assert python_pattern(given) == read


@pytest.mark.parametrize(
    "pattern", ["\\p{L}+", "[[:alpha:]]", "[]a]", "(?i)a", "a++", "(a+)+", "(", "[a--z]", "\\cA", "x" * 1001]
)
def test_a_pattern_that_means_something_else_here_is_left_out(pattern: str) -> None:
    assert python_pattern(pattern) is None


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a*)*", "((a+)b?)+", "(a{2,})*", "([a-z]+-)*x", "(a{1,50})+"])
def test_exponential_shapes_are_recognised(pattern: str) -> None:
    assert explosive(pattern)


@pytest.mark.parametrize("pattern", ["a+b+", "(ab)+", "(a+)?", "[(a+)]+", "\\(a+\\)+", "(a{2})+"])
def test_plain_repetitions_are_not(pattern: str) -> None:
    assert not explosive(pattern)


@given(st.text("ab(|)*+?{2,}[]^$\\", max_size=14))
def test_what_is_kept_compiles_and_answers_at_once(pattern: str) -> None:
    kept = python_pattern(pattern)
    assume(kept is not None)
    assert kept is not None
    re.search(kept, "ab" * 12)


@pytest.mark.parametrize(
    "pattern",
    [
        "^[A-Z]{3}-\\d{4}$",
        "^(red|green)$",
        "^arn:(aws[a-zA-Z-]*)?:[a-z]+:(\\d{12})?:[a-zA-Z0-9-_/:.]+$",
        "^[^a-z]+$",
        "^\\w+@\\w+\\.com$",
        "^#?([a-f0-9]{6})$",
        "^\\x41\\u0042$",
        "^.{5}$",
        "^(?!x)[a-z]+$",
        "",
    ],
)
def test_an_example_matches_its_pattern(pattern: str) -> None:
    text = text_for(pattern)
    assert text is not None
    assert re.search(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "least"), [("^[a-z]+$", 20), ("^a{1,30}b*$", 25), ("^(ab|c*)$", 9), ("^(x[0-9]+)?$", 7)]
)
def test_an_example_grows_to_the_least_length(pattern: str, least: int) -> None:
    text = text_for(pattern, least)
    assert text is not None
    assert len(text) >= least
    assert re.search(pattern, text)


@pytest.mark.parametrize("pattern", ["(a)\\1", "(", "[a", "a{9999999}", "a)"])
def test_what_cannot_be_read_has_no_example(pattern: str) -> None:
    assert text_for(pattern) is None
