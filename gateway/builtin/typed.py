"""Values that their form gives away, without the name of their input: JSON, allowed words, dates, places, bounds."""

from __future__ import annotations

import itertools
import re
from typing import Any, cast

from gateway.builtin.board import Board
from gateway.builtin.dates import Moment
from gateway.builtin.labelled import is_day, moment_text
from gateway.builtin.lexer import Kind
from gateway.builtin.lexicon import comparisons, language_names, period_end, roles_after, word_set
from gateway.builtin.profile import Input
from gateway.builtin.words import content_stems, stems_of
from gateway.messages import JsonObject
from gateway.schema import Choice, choices

_HEMISPHERE = {"n": 1, "s": -1, "e": 1, "w": -1}
_COORDINATE = re.compile(r"(\d{1,3}(?:\.\d+)?)°?([NSEW])", re.IGNORECASE)


def fill_typed(board: Board) -> None:
    """In order of certainty."""
    _fill_json(board)
    _fill_choices(board)
    _fill_coordinates(board)
    _fill_dates(board)
    _fill_formats(board)
    _fill_bounds(board)
    _fill_percentages(board)
    _fill_counts(board)


def _fill_json(board: Board) -> None:
    """A JSON object is the one object input, or, when its members are named like inputs, several at once."""
    for index, token in enumerate(board.tokens):
        given: Any = token.value
        if token.kind is not Kind.JSON or not board.free(index) or not isinstance(given, dict):
            continue
        value = cast(JsonObject, given)
        top = {one.slot.name: one for one in board.profile.inputs if len(one.slot.path) == 1}
        if value and value.keys() <= top.keys():
            for name, member in value.items():
                board.put(top[name], member, [index], "given as JSON")
            continue
        bodies = [one for one in top.values() if one.slot.type == "object" and one.slot.name not in board.arguments]
        needed = [one for one in bodies if one.needed] or bodies
        if len(needed) == 1:
            board.put(needed[0], value, [index], "given as JSON")


def _fill_choices(board: Board) -> None:
    claims: list[tuple[range, Input, Any]] = []
    for one in board.open():
        schema = one.slot.items if one.slot.type == "array" else one.slot.schema
        for choice in choices(schema):
            claims += [(place, one, choice.value) for place in _said(board, one, choice)]
    longest = [claim for claim in claims if not any(_inside(claim[0], other[0]) for other in claims)]
    for one in dict.fromkeys(id(claim[1]) for claim in longest):
        mine = [claim for claim in longest if id(claim[1]) == one and _is_meant(board, claim, longest)]
        _choose(board, mine)


def _choose(board: Board, mine: list[tuple[range, Input, Any]]) -> None:
    if not mine or any(not board.free(index) for place, _, _ in mine for index in place):
        return
    one = mine[0][1]
    values = list({repr(value): value for _, _, value in mine}.values())
    places = [index for place, _, _ in mine for index in place]
    if one.slot.type == "array":
        board.put(one, values, places, "allowed values in the text")
    elif len(values) == 1:
        board.put(one, values[0], places, "an allowed value in the text")
    else:
        board.unclear[one.slot.path] = tuple(str(value) for value in values)


def _said(board: Board, one: Input, choice: Choice) -> list[range]:
    """Where an allowed value stands as a word of its own."""
    found: list[range] = []
    named = language_names(str(choice.value)) if one.has_role("language") else ()
    for label in (*choice.labels, *named):
        stems = tuple(stems_of(label))
        if not stems or isinstance(choice.value, bool | int | float) or not content_stems(label):
            continue
        if not one.needed and board.profile.nouns.issuperset(stems):
            continue
        for place in board.find(stems):
            written = board.text(place)
            exact = written == label or (len(label) > 2 and not label.isdigit())
            if exact and board.word(place.start - 1) not in word_set("excepting"):
                found.append(place)
    return found


def _inside(place: range, other: range) -> bool:
    return len(other) > len(place) and other.start <= place.start and place.stop <= other.stop


def _is_meant(board: Board, claim: tuple[range, Input, Any], claims: list[tuple[range, Input, Any]]) -> bool:
    """Of several inputs that allow the same word: the one its preposition points to, else the only needed one."""
    place, one, _ = claim
    rivals = [other for spot, other, _ in claims if spot == place and other is not one]
    if not rivals:
        return True
    pointed = set(roles_after(board.word(place.start - 1)))
    if pointed & one.roles:
        return not any(pointed & other.roles for other in rivals)
    return one.needed and not any(other.needed or pointed & other.roles for other in rivals)


def _fill_coordinates(board: Board) -> None:
    """``52.5, 13.4`` is latitude and longitude in this order (ISO 6709); ``13.4 E`` says itself which it is."""
    latitudes = [one for one in board.open("number") if one.has_role("latitude")]
    longitudes = [one for one in board.open("number") if one.has_role("longitude")]
    if len(latitudes) != 1 or len(longitudes) != 1:
        return
    found = [(spot, *read) for spot in range(len(board.tokens)) if (read := _coordinate(board, spot)) is not None]
    for (spot, value, axis, last), (other, second, other_axis, end) in itertools.pairwise(found):
        between = board.text(range(last + 1, other)) if other > last + 1 else ""
        plain = axis == other_axis == "" and isinstance(value, float) and isinstance(second, float)
        if between not in ("", ",", "/", "and", ";") or not (plain or {axis, other_axis} == {"ns", "ew"}):
            continue
        first, then = (latitudes[0], longitudes[0]) if axis != "ew" else (longitudes[0], latitudes[0])
        if board.put(first, value, range(spot, last + 1), "a pair of coordinates"):
            board.put(then, second, range(last + 1, end + 1), "a pair of coordinates")
        return


def _coordinate(board: Board, index: int) -> tuple[float, str, int] | None:
    """Value, axis (``ns``, ``ew`` or unknown) and last token of a coordinate that begins here."""
    token = board.tokens[index]
    if not board.free(index):
        return None
    if token.kind is Kind.CODE and (match := _COORDINATE.fullmatch(token.text)):
        letter = match[2].lower()
        return float(match[1]) * _HEMISPHERE[letter], "ns" if letter in "ns" else "ew", index
    if token.kind is not Kind.NUMBER:
        return None
    last = index + 1 if board.mark(index + 1) == "°" else index
    letter = board.word(last + 1)
    if letter in _HEMISPHERE:
        return token.value * _HEMISPHERE[letter], "ns" if letter in "ns" else "ew", last + 1
    return token.value, "", last


def _fill_dates(board: Board) -> None:
    for moment in board.moments:
        if not all(board.free(index) for index in range(moment.first, moment.last + 1)):
            continue
        one = _day_input(board, moment)
        if one is not None:
            board.put(one, moment_text(one, moment), range(moment.first, moment.last + 1), "a date in the text")


def _day_input(board: Board, moment: Moment) -> Input | None:
    """The date input that a date is for: told by the word before it, else the only one there is."""
    days = [one for one in board.open("string", "any") if is_day(one)]
    before = board.word(moment.first - 1)
    if before == "and" and any(word.word == "between" for word in board.tokens[: moment.first]):
        before = "until"
    role = period_end(before)
    if role is not None:
        pointed = [one for one in days if one.has_role(role)]
        if len(pointed) == 1:
            return pointed[0]
    plain = [one for one in days if not one.has_role("start", "end")] or days
    needed = [one for one in plain if one.needed] or plain
    return needed[0] if len(needed) == 1 else None


_BY_FORMAT = {
    Kind.EMAIL: ({"email", "idn-email"}, {"email", "mail", "recipient", "to"}),
    Kind.URL: (
        {"uri", "url", "iri", "uri-reference"},
        {"url", "uri", "link", "href", "website", "webhook", "callback"},
    ),
    Kind.CODE: ({"uuid"}, {"uuid", "guid"}),
}


def _fill_formats(board: Board) -> None:
    """Addresses go to the one input that is made for them."""
    for index, token in enumerate(board.tokens):
        if token.kind not in _BY_FORMAT or not board.free(index):
            continue
        formats, names = _BY_FORMAT[token.kind]
        able = [
            one
            for one in board.open("string")
            if one.slot.schema.get("format") in formats or not names.isdisjoint(one.parts)
        ]
        needed = [one for one in able if one.needed] or able
        if len(needed) == 1:
            board.put(needed[0], token.text, [index], f"the {token.kind.value} in the text")


def _fill_bounds(board: Board) -> None:
    """``under 20``, ``at least 3``, ``between 5 and 9`` fill the one input for that bound."""
    for index, token in enumerate(board.tokens):
        if token.kind is not Kind.NUMBER or not board.free(index):
            continue
        period = period_end(board.word(index - 1))
        role = _bound(board, index) or period
        able = [one for one in board.open("number", "integer") if role and one.has_role(role)]
        named = [one for one in able if board.said.intersection(one.parts)] if len(able) > 1 else able
        if len(named) == 1:
            places = [index - 1, index] if period else [index]
            board.put(named[0], token.value, places, f"a bound in the text ({role})")


def _bound(board: Board, index: int) -> str | None:
    start = index - 1 if board.mark(index - 1) in ("$", "€", "£") else index
    if board.word(start - 1) == "between":
        return "least"
    if board.word(start - 1) == "and" and any(
        board.word(spot) == "between" for spot in range(max(0, start - 5), start)
    ):
        return "most"
    for role, phrases in comparisons().items():
        for phrase in phrases:
            words = tuple(board.word(spot) for spot in range(start - len(phrase), start))
            if words == phrase:
                return role
    return None


def _fill_percentages(board: Board) -> None:
    """``40 percent`` and ``40 %`` fill the one input that goes from 0 to 100."""
    able = [
        one
        for one in board.open("integer", "number")
        if (one.slot.schema.get("minimum"), one.slot.schema.get("maximum")) == (0, 100)
    ]
    for index, token in enumerate(board.tokens):
        unit = board.word(index + 1) == "percent" or board.mark(index + 1) == "%"
        if token.kind is Kind.NUMBER and board.free(index) and unit and len(able) == 1:
            board.put(able[0], token.value, [index, index + 1], "a percentage in the text")
            return


def _fill_counts(board: Board) -> None:
    """``top 5`` and ``5 results`` fill the one input that limits how many come back."""
    limits = [one for one in board.open("integer", "number") if one.has_role("limit")]
    if len(limits) != 1:
        return
    for index, token in enumerate(board.tokens):
        if token.kind is not Kind.NUMBER or not board.free(index):
            continue
        after = board.tokens[index + 1] if index + 1 < len(board.tokens) else None
        counted = after is not None and (
            after.word in word_set("how_many_after")
            or (bool(after.parts) and after.word.endswith("s") and board.profile.nouns.issuperset(after.parts))
        )
        before = board.word(index - 1) in word_set("how_many_before")
        if counted or before:
            board.put(limits[0], token.value, [index - 1, index] if before else [index], "how many are wanted")
            return
