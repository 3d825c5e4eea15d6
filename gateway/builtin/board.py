"""The working table of one filling: which tokens are spoken for, and which inputs have a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, cast

from gateway.builtin.dates import Moment, moments
from gateway.builtin.lexer import Kind, Token
from gateway.builtin.lexicon import word_set
from gateway.builtin.profile import Input, Label, Profile
from gateway.builtin.values import Unfit, checked, value_of
from gateway.builtin.words import is_stopword
from gateway.messages import JsonObject
from gateway.schema import has_value, with_value


class Board:
    """Mutable, and private to one call of ``fill``. Every value put on it was checked against its schema."""

    def __init__(
        self,
        profile: Profile,
        tokens: tuple[Token, ...],
        now: datetime | None,
        known: Mapping[str, Any],
        *,
        commanded: bool = False,
    ) -> None:
        self.profile = profile
        self.commanded = commanded
        self.tokens = tokens
        self.moments = moments(tokens, now)
        self.arguments: JsonObject = dict(known)
        self.said = frozenset(part for token in tokens for part in token.parts)
        self._settled = {one.slot.path for one in profile.inputs if has_value(self.arguments, one.slot.path)}
        self._shouted = not any(token.text.islower() for token in tokens if token.kind is Kind.WORD)
        self.taken: set[int] = set()
        self.trace: list[str] = []
        self.unfit: dict[tuple[str, ...], str] = {}
        self.unclear: dict[tuple[str, ...], tuple[str, ...]] = {}

    def open(self, *types: str) -> list[Input]:
        """The inputs without a value (of these types), needed ones first; objects with members are not among them."""
        return [
            one
            for one in self.profile.inputs
            if one.leaf and (not types or one.slot.type in types) and one.slot.path not in self._settled
        ]

    def is_open(self, one: Input) -> bool:
        """Whether an input has no value yet."""
        return one.slot.path not in self._settled

    def put(self, one: Input, value: Any, places: Iterable[int], why: str) -> bool:
        """Give an input its value and claim the tokens it came from; False when the schema refuses it."""
        shown = list(places)
        try:
            value = checked(one.slot.schema, _as_type(one, value))
        except Unfit as reason:
            self.unfit.setdefault(one.slot.path, f"“{_shown(value)}” does not fit: {reason}")
            return False
        self.arguments = with_value(self.arguments, one.slot.path, value)
        self._settled.add(one.slot.path)
        if isinstance(value, dict):
            inside = {other.slot.path for other in self.profile.inputs if has_value(self.arguments, other.slot.path)}
            self._settled |= inside
        self.taken.update(shown)
        self.trace.append(f"{one.slot.dotted} = {_shown(value)}: {why}")
        return True

    def put_text(self, one: Input, text: str, places: Iterable[int], why: str) -> bool:
        """The same from the text of a value."""
        try:
            value = value_of(one.slot.schema, text)
        except Unfit as reason:
            self.unfit.setdefault(one.slot.path, f"“{text[:80]}” does not fit: {reason}")
            return False
        return self.put(one, value, places, why)

    def free(self, index: int) -> bool:
        """Whether there is such a token and nothing has claimed it."""
        return 0 <= index < len(self.tokens) and index not in self.taken

    def word(self, index: int) -> str:
        """The plain word there; empty for anything else."""
        return self.tokens[index].word if 0 <= index < len(self.tokens) else ""

    def mark(self, index: int) -> str:
        """The mark there; empty for anything else."""
        token = self.tokens[index] if 0 <= index < len(self.tokens) else None
        return token.text if token is not None and token.kind is Kind.MARK else ""

    def text(self, places: range) -> str:
        """The written text of neighbouring tokens; of a single quoted one its inside."""
        chosen = [self.tokens[index] for index in places]
        if len(chosen) == 1 and chosen[0].kind is Kind.QUOTED:
            return str(chosen[0].value)
        pieces = [chosen[0].text]
        for before, token in pairwise(chosen):
            pieces += [" " * min(1, token.start - before.end), token.text]
        return "".join(pieces)

    def find(self, label: Label) -> list[range]:
        """Where a label stands: the tokens whose words are exactly its words."""
        found: list[range] = []
        for index, token in enumerate(self.tokens):
            if token.parts and token.parts[0] == label[0] and index not in self.taken:
                end, matched = index, 0
                while end < len(self.tokens) and matched < len(label) and self.tokens[end].parts:
                    width = len(self.tokens[end].parts)
                    if self.tokens[end].parts != label[matched : matched + width]:
                        break
                    matched, end = matched + width, end + 1
                if matched == len(label):
                    found.append(range(index, end))
        return found

    def moment_at(self, index: int) -> Moment | None:
        """The date that begins at this token."""
        return next((moment for moment in self.moments if moment.first == index and self.free(index)), None)

    def starts_label(self, index: int) -> bool:
        """Whether an input's full name begins here and a value of its own follows."""
        if not 0 <= index < len(self.tokens) or not self.tokens[index].parts:
            return False
        for one in self.profile.inputs:
            for label in one.strong:
                if any(place.start == index and self._is_named(place.stop) for place in self.find(label)):
                    return True
        return False

    def _is_named(self, after: int) -> bool:
        if self.mark(after) in (":", "="):
            return True
        token = self.tokens[after] if after < len(self.tokens) else None
        return token is not None and (
            token.kind not in (Kind.WORD, Kind.MARK) or token.word in word_set("connectors") or token.text[:1].isupper()
        )

    def is_value_word(self, index: int) -> bool:
        """Whether a single word there can be a value: no stopword, and none of the tool's own words."""
        token = self.tokens[index] if 0 <= index < len(self.tokens) else None
        if token is None or token.kind is not Kind.WORD or not self.free(index):
            return False
        return not is_stopword(token.word) and self.profile.vocabulary.isdisjoint(token.parts)

    def capital(self, index: int) -> bool:
        """Whether a word with a capital stands there that is not merely the first of its sentence."""
        token = self.tokens[index] if 0 <= index < len(self.tokens) else None
        if token is None or token.kind is not Kind.WORD or not self.free(index) or not token.text[0].isupper():
            return False
        if len(token.text) > 1 and token.text.isupper() and not self._shouted:
            return True
        return token.word not in word_set("never_values") | {"i"} and not (index == 0 and is_stopword(token.word))


def _as_type(one: Input, value: Any) -> Any:
    """Lossless changes that JSON Schema sees as the same or that the type asks for: 3.0 as 3, 3 as "3", x as [x]."""
    kind = one.slot.type
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind == "array" and not isinstance(value, list):
        return [value]
    return cast(Any, value)


def _shown(value: Any) -> str:
    return str(value)[:80]
