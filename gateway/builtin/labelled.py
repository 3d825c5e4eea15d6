"""Values that stand beside the name of their input: ``city: Oslo``, ``limit of 5``, ``3 days``, ``with comments``."""

from __future__ import annotations

from typing import Any

from gateway.builtin.board import Board
from gateway.builtin.dates import Moment
from gateway.builtin.lexer import Kind
from gateway.builtin.lexicon import word_set
from gateway.builtin.profile import Input, Label
from gateway.builtin.values import NUMBER_WORDS, Unfit, value_of
from gateway.schema import choices

_SINGLE = (Kind.EMAIL, Kind.URL, Kind.CODE, Kind.NUMBER)
_MOST_WORDS = 60


def fill_labelled(board: Board) -> None:
    """Every input that the text names, full names before partial ones, long ones before short ones."""
    for weak in (False, True):
        pairs = [
            (one, label)
            for one in board.open()
            for label in (one.weak if weak else one.strong)
            if board.said.issuperset(label)
        ]
        for one, label in sorted(pairs, key=lambda pair: -len(pair[1])):
            if board.is_open(one) and not (weak and _shared(board, one, label)):
                _fill(board, one, label, weak=weak)


def _shared(board: Board, one: Input, label: Label) -> bool:
    """Whether a partial name could mean another open input as well, with nothing in the text to tell them apart."""
    rivals = [other for other in board.open() if other is not one and label in (*other.weak, *other.strong)]
    if not rivals:
        return False
    best = _told(board, one, label)
    return best == 0 or any(_told(board, other, label) >= best for other in rivals)


def _told(board: Board, one: Input, label: Label) -> int:
    """How clearly the rest of an input's name is told: in the text (2), by the tool's own name (1), not at all (0)."""
    rest = [part for part in one.parts if part not in label]
    if rest and board.profile.nouns.issuperset(rest):
        return 1
    return 2 if rest and board.said.issuperset(rest) else 0


def _fill(board: Board, one: Input, label: Label, *, weak: bool) -> None:
    for place in board.find(label):
        if one.slot.type == "boolean":
            done = _switch(board, one, place)
        else:
            done = _after(board, one, place, weak=weak) or _before(board, one, place)
        if done:
            return


def _after(board: Board, one: Input, place: range, *, weak: bool) -> bool:
    """The value behind the name."""
    index, explicit, joined = place.stop, False, False
    while board.mark(index) in (":", "=", "#") or board.word(index) in word_set("connectors"):
        explicit = explicit or board.mark(index) in (":", "=")
        joined = joined or board.word(index) not in ("", "of")
        index += 1
    index = _past_id(board, index)
    equals = explicit and board.mark(place.stop) == "="
    if not board.free(index):
        return False
    used = [*place, *range(place.stop, index)]
    if one.slot.type == "array":
        return _list(board, one, index, used)
    found = _typed(board, one, index)
    if found is None and one.slot.type in ("string", "any"):
        found = _words(board, one, index, explicit=explicit, equals=equals, joined=joined and not weak, weak=weak)
    if found is None:
        return False
    value, last = found
    return board.put(one, value, [*used, *range(index, last + 1)], "named in the text")


def _past_id(board: Board, index: int) -> int:
    """Behind ``with the id`` or ``id``, when something that looks like one follows."""
    end = index
    while board.word(end) in ("with", "having", "the", "id", "identifier", "number", "code", "no"):
        end += 1
    token = board.tokens[end] if board.free(end) else None
    return end if token is not None and token.kind in (Kind.NUMBER, Kind.CODE, Kind.QUOTED) else index


def _before(board: Board, one: Input, place: range) -> bool:
    """The value before the name: a number or an allowed value."""
    index = place.start - 1
    if not board.free(index):
        return False
    token = board.tokens[index]
    if one.slot.type in ("integer", "number") and not choices(one.slot.schema):
        value = token.value if token.kind is Kind.NUMBER else NUMBER_WORDS.get(token.word)
        taken = board.word(index - 1) in word_set("connectors") or board.mark(index - 1) in (":", "=", "#")
        if value is not None and not taken:
            return board.put(one, value, [index, *place], "counted in the text")
    return False


def _typed(board: Board, one: Input, index: int) -> tuple[Any, int] | None:
    """A value at the token whose form alone says where it ends."""
    token, schema = board.tokens[index], one.slot.schema
    if choices(schema):
        return _choice(board, one, index)
    if token.kind is Kind.JSON and one.slot.type in ("object", "any"):
        return token.value, index
    if one.slot.type in ("integer", "number"):
        if token.kind is Kind.NUMBER:
            return token.value, index
        return (NUMBER_WORDS[token.word], index) if token.word in NUMBER_WORDS else None
    if one.slot.type not in ("string", "any"):
        return None
    moment = board.moment_at(index)
    if moment is not None and is_day(one):
        return moment_text(one, moment), moment.last
    if token.kind is Kind.QUOTED:
        return token.value, index
    if token.kind in _SINGLE and not _goes_on(board, index):
        return (token.value if one.slot.type == "any" else token.text), index
    return None


def _goes_on(board: Board, index: int) -> bool:
    """Whether the value is longer than this token: ``5 Main Street``."""
    return board.capital(index + 1) and board.tokens[index + 1].start - board.tokens[index].end <= 1


def is_day(one: Input) -> bool:
    """Whether the input is a date or a time."""
    return one.slot.schema.get("format") in ("date", "date-time") or (
        one.slot.type in ("string", "any") and "format" not in one.slot.schema and one.has_role("day")
    )


def moment_text(one: Input, moment: Moment) -> str:
    """The date as the input's format wants it."""
    if one.slot.schema.get("format") == "date-time" and moment.at is not None:
        return moment.at.isoformat().replace("+00:00", "Z")
    return moment.day.isoformat()


def _choice(board: Board, one: Input, index: int) -> tuple[Any, int] | None:
    """The longest run of tokens from here that names exactly one allowed value."""
    for last in range(min(index + 6, len(board.tokens)) - 1, index - 1, -1):
        try:
            return value_of(one.slot.schema, board.text(range(index, last + 1))), last
        except Unfit:
            continue
    return None


def _words(
    board: Board, one: Input, index: int, *, explicit: bool, equals: bool, joined: bool, weak: bool
) -> tuple[Any, int] | None:
    """A value of several words. How far it goes depends on how it was introduced."""
    looks_like_id = board.tokens[index].text.isupper() and not board.capital(index + 1)
    if weak and one.has_role("identity") and not looks_like_id:
        return None
    if explicit or ((joined or one.has_role("text")) and not one.has_role("identity")):
        last = _run(board, index, narrow=equals)
        return None if last is None else (board.text(range(index, last + 1)), last)
    if board.capital(index):
        last = index
        while board.capital(last + 1) and not board.starts_label(last + 1):
            last += 1
        return board.text(range(index, last + 1)), last
    if board.is_value_word(index) and not one.has_role("identity"):
        return board.tokens[index].text, index
    return None


def _run(board: Board, index: int, *, narrow: bool) -> int | None:
    """The last token of a value that goes on until a mark, another input, or (narrow) a word of no meaning."""
    last = None
    for position in range(index, min(index + _MOST_WORDS, len(board.tokens))):
        word, mark = board.word(position), board.mark(position)
        if not board.free(position) or (mark and (mark in ",;?!" or mark.startswith("\n"))):
            break
        if mark == "." and (position + 1 == len(board.tokens) or _apart(board, position)):
            break
        following = position + 1 if word in ("and", "with", "in", "for", "at", "on") else position
        if word == "please" or board.starts_label(following) or (narrow and word in word_set("never_values")):
            break
        last = position
    return last


def _apart(board: Board, position: int) -> bool:
    return board.tokens[position + 1].start > board.tokens[position].end


def _list(board: Board, one: Input, index: int, used: list[int]) -> bool:
    """``tags: red, blue and green`` until something that is no item."""
    token = board.tokens[index]
    if token.kind is Kind.JSON:
        return board.put(one, token.value, [*used, index], "given as JSON")
    schema = one.slot.items or {"type": "string"}
    values: list[Any] = []
    last, position = index, index
    while board.free(position):
        if board.mark(position) == "," or (values and board.word(position) in ("and", "or")):
            if board.starts_label(position + 1):
                break
            position += 1
            continue
        if values and board.mark(position - 1) != "," and board.word(position - 1) not in ("and", "or"):
            break
        if board.mark(position) or board.word(position) in word_set("never_values"):
            break
        try:
            values.append(value_of(schema, board.text(range(position, position + 1))))
        except Unfit:
            break
        last, position = position, position + 1
    return bool(values) and board.put(one, values, [*used, *range(index, last + 1)], "listed in the text")


def _switch(board: Board, one: Input, place: range) -> bool:
    """A boolean: switched by a word before its name, or told after it."""
    index = place.stop
    while board.mark(index) in (":", "=") or board.word(index) in word_set("connectors"):
        index += 1
    if board.free(index) and (index > place.stop or board.word(index) in ("true", "false", "on", "off")):
        told = board.put_text(
            one, board.tokens[index].text, [*place, *range(place.stop, index + 1)], "told in the text"
        )
        if told:
            return True
        board.unfit.pop(one.slot.path, None)
    before = board.word(place.start - 1)
    if before in word_set("switching_off"):
        return board.put(one, False, [place.start - 1, *place], f"“{before}” switches it off")
    if before in word_set("switching_on"):
        return board.put(one, True, [place.start - 1, *place], f"“{before}” switches it on")
    return False
