"""Values that the sentence's build gives away: after a preposition, as the verb's object, or as the only one left."""

from __future__ import annotations

from gateway.builtin.board import Board
from gateway.builtin.labelled import is_day
from gateway.builtin.lexer import Kind
from gateway.builtin.lexicon import period_end, roles_after, word_set
from gateway.builtin.profile import Input
from gateway.schema import choices

_GENERIC = frozenset({"for", "of", "on", "in", "at", "with", "about", "to", "from", "by", "into", "near", "is", "as"})
_WRITTEN = (Kind.QUOTED, Kind.CODE, Kind.EMAIL, Kind.URL)


def fill_phrases(board: Board) -> None:
    """Prepositions first, then what is searched for, then whatever is certain because nothing else is left."""
    _fill_prepositions(board)
    _fill_search(board)
    _fill_named_number(board)
    _fill_only_number(board)
    _fill_only_text(board)


def unused(board: Board) -> tuple[str, ...]:
    """What looks like a value and went nowhere: said to the person, never dropped in silence."""
    return tuple(board.tokens[index].text[:60] for index in range(len(board.tokens)) if _looks_unused(board, index))


def _looks_unused(board: Board, index: int) -> bool:
    token = board.tokens[index]
    if board.moment_at(index) is not None:
        return True
    if not board.free(index):
        return False
    if token.kind in (*_WRITTEN, Kind.NUMBER, Kind.JSON, Kind.DATE):
        return True
    return index > 0 and board.capital(index) and board.profile.vocabulary.isdisjoint(token.parts)


def _fill_prepositions(board: Board) -> None:
    for index in range(len(board.tokens)):
        if not board.free(index) or not roles_after(board.word(index)):
            continue
        place = _object(board, index + 1)
        if place is None:
            continue
        for role in roles_after(board.word(index)):
            able = [one for one in board.open("string") if one.has_role(role) and _takes_words(board, one, place)]
            needed = [one for one in able if one.needed] or able
            if len(needed) == 1:
                board.put(needed[0], board.text(place), [index, *place], f"“{board.word(index)}” points to it")
                break


def _object(board: Board, index: int) -> range | None:
    """The object that begins here: a written value, words with capitals, or plain words that are values."""
    while board.word(index) in ("the", "a", "an", "my", "our"):
        index += 1
    if not board.free(index):
        return None
    token = board.tokens[index]
    if board.word(index - 1) in word_set("quoting") and token.kind is not Kind.QUOTED:
        return _rest(board, index)
    if token.kind in _WRITTEN or (token.kind is Kind.NUMBER and not board.capital(index + 1)):
        return range(index, index + 1)
    if board.capital(index) or token.kind is Kind.NUMBER:
        last = index
        while board.capital(last + 1) or (board.word(last + 1) in ("de", "of", "la", "am") and board.capital(last + 2)):
            last += 1
        while board.word(index - 1) in word_set("naming") and _goes_on(board, last + 1):
            last += 1
        return range(index, last + 1)
    last = index - 1
    while board.is_value_word(last + 1) and last - index < 3 and not (last >= index and _says_more(board, last + 1)):
        last += 1
    return range(index, last + 1) if last >= index else None


def _says_more(board: Board, index: int) -> bool:
    """Whether another statement about the same thing begins here: ``… published since 2001``, ``… until May``."""
    word, following = board.word(index), board.word(index + 1)
    if period_end(word) and index + 1 < len(board.tokens) and board.tokens[index + 1].kind in (Kind.NUMBER, Kind.DATE):
        return True
    return word.endswith("ed") and bool(period_end(following) or roles_after(following))


def _rest(board: Board, index: int) -> range:
    """Everything from here to the next mark or named input."""
    last = index
    while board.free(last + 1) and not board.mark(last + 1) and not board.starts_label(last + 2):
        last += 1
    return range(index, last + 1)


def _goes_on(board: Board, index: int) -> bool:
    """Whether a name goes on with this plain word."""
    return board.free(index) and bool(board.word(index)) and board.word(index) not in word_set("stop")


def _takes_words(board: Board, one: Input, place: range) -> bool:
    """Whether the input may be filled from the sentence's build: no secret, no date, no id that looks like none."""
    if one.has_role("secret") or is_day(one) or one.slot.schema.get("format") in ("uuid", "byte", "binary"):
        return False
    if one.has_role("host") and not {".", ":"} & set(board.text(place)):
        return False
    if not one.has_role("identity") or one.has_role("name"):
        return True
    token = board.tokens[place.start]
    if " " in board.text(place):
        return False
    return len(place) == 1 and (token.kind in _WRITTEN or token.kind is Kind.NUMBER or token.text.isupper())


def _fill_search(board: Board) -> None:
    """``search for red shoes``, ``find books about tides``: what is looked for, up to the next thing that is known."""
    queries = [one for one in board.open("string") if one.has_role("query")]
    needed = [one for one in queries if one.needed] or queries
    if not needed or not board.tokens or board.tokens[0].word not in word_set("searching"):
        return
    start = 1
    marks = [index for index in range(1, len(board.tokens)) if board.word(index) == "for" and board.free(index)]
    if marks:
        start = marks[0] + 1
    while start < len(board.tokens) and not (board.is_value_word(start) or board.tokens[start].kind in _WRITTEN):
        if board.mark(start) or not board.free(start):
            return
        start += 1
    last = start - 1
    while last + 1 < len(board.tokens) and board.free(last + 1) and not board.mark(last + 1):
        if board.word(last + 1) in ("please", "in", "with", "from") or board.starts_label(last + 1):
            break
        if last >= start and _says_more(board, last + 1):
            break
        last += 1
        if board.tokens[last].kind is Kind.QUOTED:
            break
    if last >= start:
        board.put(needed[0], board.text(range(start, last + 1)), range(start, last + 1), "what is searched for")


def _fill_only_text(board: Board) -> None:
    """One needed text is open and one value is left: they belong together. Two values left: that is a question."""
    needed = [one for one in board.open("string", "any") if one.needed and not choices(one.slot.schema)]
    needed = [one for one in needed if _is_plain(one)] or needed
    if len(needed) != 1:
        if not needed:
            _fill_quoted(board)
        return
    one = needed[0]
    if one.has_role("query", "text", "name") and _fill_after_colon(board, one):
        return
    able = [
        place
        for place in _hard_first(board, _candidates(board))
        if _takes_words(board, one, place) and _points(board, one, place)
    ]
    whole = _joined(board, able) if able and one.has_role("query", "text") else None
    if whole is not None:
        board.put(one, board.text(whole), whole, "all that is left of the text for the only input left")
    elif len(able) == 1:
        board.put(one, board.text(able[0]), able[0], "the only value in the text for the only input left")
    elif len(able) > 1 and not one.has_role("secret"):
        board.unclear.setdefault(one.slot.path, tuple(board.text(place) for place in able[:5]))


def _joined(board: Board, places: list[range]) -> range | None:
    """Neighbouring values as one text: "two eggs and a banana"; None when something else stands between them."""
    start, last = places[0].start, places[-1].stop - 1
    if len(places) == 1 and board.tokens[start].kind is Kind.QUOTED:
        return None
    while board.free(last + 1) and not board.mark(last + 1) and board.word(last + 1) != "please":
        last += 1
    whole = range(start, last + 1)
    return whole if all(board.free(index) and not board.mark(index) for index in whole) else None


def _fill_after_colon(board: Board, one: Input) -> bool:
    """``add a note: feed the cat``: what follows the tool's own noun and a colon."""
    for index in range(1, len(board.tokens) - 1):
        own = not board.profile.nouns.isdisjoint(board.tokens[index - 1].parts)
        if own and board.mark(index) == ":" and board.free(index):
            rest = range(index + 1, len(board.tokens))
            last = next((spot for spot in rest if not board.free(spot) or board.mark(spot) in (";", "\n")), rest.stop)
            last -= 1 if board.mark(last - 1) == "." else 0
            place = range(index + 1, last)
            return bool(place) and board.put(one, board.text(place), [index, *place], "follows the colon")
    return False


def _is_plain(one: Input) -> bool:
    """Whether any words can be its value: no allowed list, no format, no form."""
    return not choices(one.slot.schema) and "format" not in one.slot.schema and "pattern" not in one.slot.schema


def _fill_quoted(board: Board) -> None:
    """A single quoted text goes to the only open input that is made for words."""
    quoted = [index for index, token in enumerate(board.tokens) if token.kind is Kind.QUOTED and board.free(index)]
    able = [one for one in board.open("string") if one.has_role("query", "text", "name") and not one.has_role("secret")]
    if len(quoted) == 1 and len(able) == 1:
        board.put(able[0], board.tokens[quoted[0]].value, quoted, "the only quoted text for the only input made for it")


def _candidates(board: Board) -> list[range]:
    """Runs of tokens that can be a value, left to right and apart from each other."""
    found: list[range] = []
    index = 0
    while index < len(board.tokens):
        place = _candidate(board, index)
        if place is None:
            index += 1
            continue
        found.append(place)
        index = place.stop
    return found


def _hard_first(board: Board, places: list[range]) -> list[range]:
    """Of one written value among plain words, the written one: "the town at postal code 10115"."""
    hard = [place for place in places if board.tokens[place.start].kind is not Kind.WORD or board.capital(place.start)]
    return hard if len(hard) == 1 else places


def _candidate(board: Board, index: int) -> range | None:
    if not board.free(index) or board.word(index - 1) == "how":
        return None
    token = board.tokens[index]
    if token.kind in _WRITTEN:
        return range(index, index + 1)
    if token.kind is Kind.NUMBER:
        return None if _counts(board, index) else range(index, index + 1)
    if index > 0 and board.capital(index) and board.profile.vocabulary.isdisjoint(token.parts):
        return _object(board, index)
    if board.is_value_word(index) and (
        board.word(index - 1) in _GENERIC
        or (_is_object_of_verb(board, index) and board.profile.mentioned.isdisjoint(token.parts))
        or (index > 0 and not board.profile.nouns.isdisjoint(board.tokens[index - 1].parts))
    ):
        return _object(board, index)
    return None


def _counts(board: Board, index: int) -> bool:
    """Whether a number says how many of the tool's own things: ``3 parcels`` is no parcel's number."""
    following = board.tokens[index + 1] if index + 1 < len(board.tokens) else None
    return following is not None and bool(following.parts) and board.profile.nouns.issuperset(following.parts)


def _is_object_of_verb(board: Board, index: int) -> bool:
    """Whether everything before this word is the command itself: verb, the tool's own words, words of no meaning."""
    return index > 0 and all(
        board.free(spot) and not board.mark(spot) and not board.is_value_word(spot)
        for spot in range(1 if board.commanded else 0, index)
    )


def _points(board: Board, one: Input, place: range) -> bool:
    """Whether the preposition before the value does not point to another role than the input's."""
    pointed = set(roles_after(board.word(place.start - 1)))
    return not pointed or not one.roles or bool(pointed & one.roles) or not {"start", "end"} & one.roles


def _fill_named_number(board: Board) -> None:
    """One number is left, and of the inputs for numbers the text names one: "the volume of the speaker to 30"."""
    free = [index for index, token in enumerate(board.tokens) if token.kind is Kind.NUMBER and board.free(index)]
    named = [
        one
        for one in board.open("integer", "number")
        if any(board.find(label) for label in one.strong if not board.profile.nouns.issuperset(label))
    ]
    if len(free) == 1 and len(named) == 1:
        board.put(named[0], board.tokens[free[0]].value, free, "the only number, for the number input that is named")


def _fill_only_number(board: Board) -> None:
    """The same for the only needed number."""
    needed = [one for one in board.open("integer", "number") if one.needed]
    free = [index for index, token in enumerate(board.tokens) if token.kind is Kind.NUMBER and board.free(index)]
    if len(needed) != 1 or not free:
        return
    if len(free) == 1:
        board.put(needed[0], board.tokens[free[0]].value, free, "the only number for the only number input left")
    else:
        board.unclear.setdefault(needed[0].slot.path, tuple(board.tokens[index].text for index in free[:5]))
