"""What holds for every text: values come from it, fit the schema, and nothing is filled twice or guessed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gateway import ToolSpec
from gateway.builtin.filling import Filled, fill
from gateway.builtin.lexer import tokens_of
from gateway.builtin.profile import Profile

NOW = datetime(2031, 5, 14, 9, 30, tzinfo=UTC)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "depth": {"type": "number", "minimum": -500, "maximum": 500},
        "crew_size": {"type": "integer", "minimum": 1, "maximum": 40},
        "harbour": {"type": "string", "minLength": 1, "maxLength": 60},
        "flag": {"type": "string", "enum": ["red", "green", "checkered"]},
        "tides_included": {"type": "boolean"},
        "departure_date": {"type": "string", "format": "date"},
        "code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
        "latitude": {"type": "number", "minimum": -90, "maximum": 90},
        "longitude": {"type": "number", "minimum": -180, "maximum": 180},
        "tags": {"type": "array", "items": {"type": "string"}},
        "body": {
            "type": "object",
            "properties": {"title": {"type": "string"}, "berths": {"type": "integer"}},
            "required": ["title"],
        },
    },
    "required": ["harbour", "crew_size"],
    "additionalProperties": False,
}
PROFILE = Profile(ToolSpec(name="sea__plan_voyage", description="Plan a voyage from a harbour.", input_schema=SCHEMA))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

VOCABULARY = """plan a voyage from the harbour Bergen to Oslo with crew size 5 depth is 12.5 flag red green tides
    included no latitude longitude 59.9 , 10.7 departure date today tomorrow 2031-06-01 code AB-123 tags blue and body
    title : "Sea" = berths not without of in for by 7 -3 1e9 é 東京 {"title":"x"} [1] # ; . ? ! due on between under"""
WORDS = st.sampled_from(VOCABULARY.split())
SENTENCES = st.lists(WORDS | st.text(max_size=12), max_size=25).map(" ".join)


def filled(text: str, **more: Any) -> Filled:
    return fill(PROFILE, tokens_of(text), now=NOW, **more)


def without_missing(arguments: dict[str, Any]) -> list[str]:
    errors = VALIDATOR.iter_errors(arguments)
    return [error.message for error in errors if error.validator != "required"]


@given(SENTENCES)
@settings(max_examples=150, deadline=None)
def test_every_value_fits_the_schema(text: str) -> None:
    assert without_missing(filled(text).arguments) == []


@given(SENTENCES)
@settings(max_examples=150, deadline=None)
def test_every_text_and_number_stands_in_the_message(text: str) -> None:
    found = filled(text)
    squeezed = re.sub(r"\s+", "", text)
    numbers = {float(number) for number in re.findall(r"[-+]?\d+(?:\.\d+)?(?:e\d+)?", text.replace(",", " "))}
    numbers |= {float(number.replace(",", "")) for number in re.findall(r"\d{1,3}(?:,\d{3})+", text)}
    for value in scalars({name: value for name, value in found.arguments.items() if name != "departure_date"}):
        if isinstance(value, str):
            assert re.sub(r"\s+", "", value).lower() in squeezed.lower()
        elif not isinstance(value, bool):
            assert abs(float(value)) in {abs(number) for number in numbers}


@given(SENTENCES)
@settings(max_examples=80, deadline=None)
def test_the_same_text_gives_the_same_values(text: str) -> None:
    assert filled(text) == filled(text)


@given(SENTENCES)
@settings(max_examples=80, deadline=None)
def test_what_is_needed_and_not_there_is_missing(text: str) -> None:
    found = filled(text)
    for name in SCHEMA["required"]:
        assert (name in found.arguments) != (name in found.missing)


@given(st.integers(1, 40), st.floats(-500, 500, allow_nan=False).map(lambda n: round(n, 4)))
def test_a_named_number_is_taken_as_it_is(crew: int, depth: float) -> None:
    found = filled(f"plan with crew_size={crew} and depth: {depth:f}")
    assert found.arguments["crew_size"] == crew
    assert found.arguments["depth"] == float(f"{depth:f}")


@given(st.integers(41, 10**12) | st.integers(-(10**12), 0))
def test_a_number_out_of_range_is_refused_with_its_reason(crew: int) -> None:
    found = filled(f"crew size: {crew}")
    assert "crew_size" not in found.arguments
    assert "does not fit" in found.reasons["crew_size"]


@given(st.text(st.characters(exclude_characters='"\n“”', exclude_categories=("Cs", "Cc")), min_size=1, max_size=60))
def test_a_quoted_text_is_taken_letter_by_letter(name: str) -> None:
    assert filled(f'harbour: "{name}"').arguments["harbour"] == name


@given(st.dates(datetime(1900, 1, 1).date(), datetime(2100, 1, 1).date()))
def test_a_date_is_taken_however_it_is_written(day: Any) -> None:
    for text in (day.isoformat(), f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}"):
        assert filled(f"voyage on {text}").arguments["departure_date"] == day.isoformat()


@given(st.integers(0, 400))
def test_days_from_now_are_counted_from_now(days: int) -> None:
    expected = (NOW + timedelta(days=days)).date().isoformat()
    assert filled(f"voyage in {days} days").arguments["departure_date"] == expected


def test_today_means_nothing_without_a_now() -> None:
    found = fill(PROFILE, tokens_of("voyage today"))
    assert "departure_date" not in found.arguments


def test_a_date_that_nobody_can_be_sure_of_is_not_taken() -> None:
    for text in ("3/4", "3/4/2031", "3 March", "next month", "31 February 2031"):
        assert "departure_date" not in filled(f"voyage on {text}").arguments


@given(
    st.dictionaries(st.sampled_from(["depth", "crew_size", "harbour", "code"]), st.text(max_size=10) | st.integers())
)
def test_params_outrank_the_text_and_fit_too(params: dict[str, Any]) -> None:
    found = filled("plan a voyage from Bergen with crew size 5", params=params)
    assert without_missing(found.arguments) == []
    if params.get("crew_size") in range(1, 41):
        assert found.arguments["crew_size"] == params["crew_size"]


def test_nothing_is_sent_for_defaults() -> None:
    schema = {"type": "object", "properties": {"limit": {"type": "integer", "default": 20}}}
    profile = Profile(ToolSpec(name="a__list_things", description="List things.", input_schema=schema))
    assert fill(profile, tokens_of("list the things")).arguments == {}


def test_a_secret_is_never_filled_from_loose_words() -> None:
    schema = {"type": "object", "properties": {"api_key": {"type": "string"}}, "required": ["api_key"]}
    profile = Profile(ToolSpec(name="a__list_things", description="List things.", input_schema=schema))
    found = fill(profile, tokens_of("list things for Bergen"))
    assert found.arguments == {}
    assert found.unused == ("Bergen",)


def scalars(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [inner for member in value.values() for inner in scalars(member)]
    if isinstance(value, list):
        return [inner for member in value for inner in scalars(member)]
    return [json.loads(json.dumps(value))]
