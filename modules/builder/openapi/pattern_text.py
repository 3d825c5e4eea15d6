"""Text that a regular expression matches, for the expressions that API descriptions use.

A small reader of its own: the standard library's parser is no public interface and differs between versions. What it
cannot read (lookarounds, back references) has no example.
"""

from __future__ import annotations

from functools import lru_cache

_CLASSES = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", "s": " "}
_OUTSIDE = {"D": "a", "W": "-", "S": "a"}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_ANY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. /:"
_MOST = 4096


class _Unreadable(Exception):
    pass


@lru_cache(maxsize=4096)
def text_for(pattern: str, least: int = 0, most: int | None = None) -> str | None:
    """Text that ``pattern`` matches, with at least ``least`` characters where its repetitions allow; or ``None``."""
    for more in (0, least, least * 2 + 1):
        try:
            text = _Reader(pattern, min(more, _MOST)).alternatives()
        except (_Unreadable, IndexError):
            return None
        if len(text) >= least and (most is None or len(text) <= most):
            return text
    return None


class _Reader:
    """Reads a pattern and writes a match at once. ``more`` characters are added by the first open repetition."""

    def __init__(self, pattern: str, more: int) -> None:
        self._pattern = pattern
        self._at = 0
        self._more = more

    def alternatives(self, nested: bool = False) -> str:
        chosen: str | None = None
        while True:
            text = self._sequence()
            chosen = text if chosen is None else chosen
            if self._at >= len(self._pattern):
                if nested:
                    raise _Unreadable
                return chosen
            self._at += 1
            if self._pattern[self._at - 1] == ")":
                if not nested:
                    raise _Unreadable
                return chosen

    def _sequence(self) -> str:
        parts: list[str] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            start = self._at
            atom = self._atom()
            parts.append(self._repeated(atom, start))
        return "".join(parts)

    def _repeated(self, atom: str, start: int) -> str:
        least, most = self._counts()
        if self._at < len(self._pattern) and self._pattern[self._at] in "?+" and (least, most) != (1, 1):
            self._at += 1
        count = least
        if atom and most is None and self._more > 0:
            count = max(least, -(-self._more // len(atom)))
            self._more = 0
        elif atom and most is not None and most > least and self._more > 0:
            count = min(most, max(least, -(-self._more // len(atom))))
            self._more -= count * len(atom)
        if count * len(atom) > _MOST:
            raise _Unreadable
        return atom * count

    def _counts(self) -> tuple[int, int | None]:
        character = self._pattern[self._at] if self._at < len(self._pattern) else ""
        if character in {"*", "+", "?"}:
            self._at += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[character]
        if character == "{":
            end = self._pattern.find("}", self._at)
            least, comma, most = self._pattern[self._at + 1 : end].partition(",")
            if end > 0 and least.isdecimal() and (most.isdecimal() or not most):
                self._at = end + 1
                return int(least), (int(most) if most else None) if comma else int(least)
        return 1, 1

    def _atom(self) -> str:
        character = self._pattern[self._at]
        self._at += 1
        if character in "^$":
            return ""
        if character == ".":
            return "a"
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        return self._escape() if character == "\\" else character

    def _group(self) -> str:
        if self._pattern.startswith("?:", self._at):
            self._at += 2
        elif self._pattern.startswith("?P<", self._at):
            self._at = self._pattern.index(">", self._at) + 1
        elif self._pattern.startswith("?", self._at):
            raise _Unreadable
        return self.alternatives(nested=True)

    def _escape(self) -> str:
        character = self._pattern[self._at]
        self._at += 1
        if character in _CLASSES:
            return _CLASSES[character][0]
        if character in "bBAZ":
            return ""
        if character in "xu":
            digits = 2 if character == "x" else 4
            code = self._pattern[self._at : self._at + digits]
            self._at += digits
            return chr(int(code, 16))
        if character.isdecimal():
            raise _Unreadable
        return _OUTSIDE.get(character) or _CONTROLS.get(character, character)

    def _class(self) -> str:
        negated = self._pattern[self._at] == "^"
        self._at += negated
        members: list[str] = []
        first = True
        while first or self._pattern[self._at] != "]":
            first = False
            members.append(self._member())
        self._at += 1
        inside = "".join(members)
        if not negated:
            return inside[0]
        return next((character for character in _ANY if character not in inside), "") or self._nothing()

    def _member(self) -> str:
        character = self._pattern[self._at]
        self._at += 1
        if character == "\\":
            if self._pattern[self._at] in _CLASSES:
                self._at += 1
                return _CLASSES[self._pattern[self._at - 1]]
            character = self._escape()
        if self._pattern[self._at] == "-" and self._pattern[self._at + 1] != "]":
            self._at += 1
            end = self._pattern[self._at]
            self._at += 1
            if end == "\\":
                end = self._escape()
            return "".join(map(chr, range(ord(character), min(ord(end), ord(character) + 256) + 1)))
        return character

    def _nothing(self) -> str:
        raise _Unreadable
