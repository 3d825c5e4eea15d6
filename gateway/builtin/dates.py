"""Dates in a message, as far as they are certain: "tomorrow" needs to be told now, "3/4" is nobody's date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.builtin.lexer import Kind, Token
from gateway.builtin.values import NUMBER_WORDS

_MONTHS = {
    name: number
    for number, names in enumerate(
        ["january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"],
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_RELATIVE = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}
_UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7}
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s?([ap]m)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date at tokens ``first`` to ``last`` (inclusive); ``at`` when a time and a zone are known too."""

    first: int
    last: int
    day: date
    at: datetime | None = None


def moments(tokens: tuple[Token, ...], now: datetime | None) -> tuple[Moment, ...]:
    """Every certain date, left to right."""
    found: list[Moment] = []
    index = 0
    while index < len(tokens):
        moment = _moment(tokens, index, now)
        if moment is not None:
            found.append(_with_time(moment, tokens, now))
            index = found[-1].last
        index += 1
    return tuple(found)


def _moment(tokens: tuple[Token, ...], index: int, now: datetime | None) -> Moment | None:
    token = tokens[index]
    if token.kind is Kind.DATE:
        return _written(token, index)
    return _relative(tokens, index, now) or _spoken(tokens, index)


def _written(token: Token, index: int) -> Moment | None:
    try:
        at = datetime.fromisoformat(token.text)
    except ValueError:
        return None
    return Moment(index, index, at.date(), at if at.tzinfo is not None else None)


def _relative(tokens: tuple[Token, ...], index: int, now: datetime | None) -> Moment | None:
    if now is None:
        return None
    words = [token.word for token in tokens[index : index + 4]]
    today = now.date()
    if words[:4] == ["the", "day", "after", "tomorrow"] or words[:3] == ["day", "after", "tomorrow"]:
        return Moment(index, index + len(words) - 1 if words[0] == "the" else index + 2, today + timedelta(days=2))
    if words[:3] == ["day", "before", "yesterday"]:
        return Moment(index, index + 2, today - timedelta(days=2))
    if words[0] in _RELATIVE:
        return Moment(index, index, today + timedelta(days=_RELATIVE[words[0]]))
    if words[0] == "now":
        return Moment(index, index, today, now)
    return _counted(tokens, index, today)


def _counted(tokens: tuple[Token, ...], index: int, today: date) -> Moment | None:
    """``in 3 days``, ``2 weeks ago``."""
    ahead = tokens[index].word == "in"
    start = index + 1 if ahead else index
    if start + 1 >= len(tokens):
        return None
    amount = _whole(tokens[start])
    unit = _UNITS.get(tokens[start + 1].word)
    if amount is None or unit is None or amount > 5_000:
        return None
    if ahead:
        return Moment(index, start + 1, today + timedelta(days=amount * unit))
    if start + 2 < len(tokens) and tokens[start + 2].word == "ago":
        return Moment(index, start + 2, today - timedelta(days=amount * unit))
    return None


def _spoken(tokens: tuple[Token, ...], index: int) -> Moment | None:
    """``3 March 2025``, ``March 3rd, 2025``; without a year it is not certain."""
    window = list(tokens[index : index + 5])
    shape = [token for token in window if not (token.kind is Kind.MARK and token.text == ",") and token.word != "of"]
    if len(shape) < 3:
        return None
    one, two, three = shape[:3]
    month_first = one.word in _MONTHS
    month = _MONTHS.get(one.word if month_first else two.word)
    day, year = _ordinal(two if month_first else one), _whole(three)
    if month is None or day is None or year is None or not 1000 <= year <= 9999:
        return None
    try:
        return Moment(index, index + window.index(three), date(year, month, day))
    except ValueError:
        return None


def _with_time(moment: Moment, tokens: tuple[Token, ...], now: datetime | None) -> Moment:
    """A time of day beside the date, in the zone of ``now``."""
    following = moment.last + 1
    if following < len(tokens) and tokens[following].word == "at":
        following += 1
    if moment.at is not None or now is None or now.tzinfo is None or following >= len(tokens):
        return moment
    clock = _CLOCK.fullmatch(tokens[following].text) if tokens[following].kind is Kind.TIME else None
    if clock is None:
        return moment
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    half = (clock[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return moment
    day = moment.day
    at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=now.tzinfo)
    return Moment(moment.first, following, day, at)


def _whole(token: Token) -> int | None:
    if token.kind is Kind.NUMBER and isinstance(token.value, int):
        return token.value
    return NUMBER_WORDS.get(token.word)


def _ordinal(token: Token) -> int | None:
    if token.kind is Kind.CODE:
        match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", token.text.lower())
        return int(match[1]) if match else None
    return _whole(token) if token.kind is Kind.NUMBER else None
