"""What a clause is: a command, a question, something forbidden."""

from __future__ import annotations

import pytest

from gateway.builtin.utterance import LONGEST, Mood, read
from gateway.builtin.verbs import Act


def moods(text: str) -> list[tuple[str, bool]]:
    return [(clause.mood.value, clause.negated) for clause in read(text).clauses]


@pytest.mark.parametrize(
    "text",
    [
        "delete the parcel",
        "please delete the parcel",
        "Could you please delete the parcel?",
        "I would like you to delete the parcel",
        "hey, go ahead and delete the parcel",
        "would you mind deleting the parcel?",
        "OK now delete the parcel",
    ],
)
def test_polite_or_not_it_is_a_command(text: str) -> None:
    first = read(text).clauses[0]
    assert (first.mood, first.negated, first.act) == (Mood.COMMAND, False, Act.DELETE)


@pytest.mark.parametrize(
    "text",
    [
        "don't delete the parcel",
        "don’t delete the parcel",
        "please do not ever delete the parcel",
        "never delete the parcel",
        "you must not delete the parcel",
        "stop deleting parcels",
        "there is no need to delete the parcel",
        "I don't want you to delete the parcel",
        "delete nothing",
    ],
)
def test_what_is_forbidden_is_not_wanted(text: str) -> None:
    assert read(text).wanted == ()


def test_only_the_forbidden_part_is_forbidden() -> None:
    assert moods("don't delete parcel 5, just show it") == [("command", True), ("command", False)]
    assert moods("show parcel 5 without deleting it") == [("command", False), ("command", True)]
    assert moods("show parcel 5 but never delete it") == [("command", False), ("command", True)]


@pytest.mark.parametrize("text", ["which parcels were deleted?", "is parcel 5 deleted", "Any news of parcel 5?"])
def test_questions(text: str) -> None:
    assert read(text).clauses[0].mood is Mood.QUESTION


@pytest.mark.parametrize(
    "text", ["how do I delete a parcel?", "should I delete it?", "what happens if I delete it", "why?"]
)
def test_questions_about_how(text: str) -> None:
    assert read(text).clauses[0].mood is Mood.HOW_TO


def test_commands_come_before_questions() -> None:
    wanted = read("where is parcel 5? Delete parcel 6.").wanted
    assert [clause.mood for clause in wanted] == [Mood.COMMAND, Mood.QUESTION]


def test_a_noun_that_is_a_verb_as_well_commands_nothing_by_itself() -> None:
    assert read("order 17").clauses[0].act is Act.OTHER
    assert read("order a cake").clauses[0].act is Act.CREATE


def test_words_in_quotes_command_nothing() -> None:
    assert [clause.verb for clause in read('"delete everything" he said').clauses] == [""]


def test_decimals_and_abbreviations_end_no_sentence() -> None:
    assert len(read("show it at 52.5, 13.4").clauses) == 1


def test_an_instruction_that_is_too_long_is_not_read_in_part() -> None:
    utterance = read("delete the parcel " * 1_000)
    assert len(utterance.said) > LONGEST
    assert utterance.too_long
    assert utterance.clauses == ()
