"""Text that a regular expression matches, for the expressions that API descriptions use.

A small reader of its own: the standard library's parser is no public interface and differs between versions.
Lookarounds are passed over, so what is made must be checked; back references have no example.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

_CLASSES = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", "s": " "}
_OUTSIDE = {"D": "a", "W": "-", "S": "a"}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_ANY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. /:"
_LOOKAROUNDS = ("?=", "?!", "?<=", "?<!")
_MOST = 4096


class _Unreadable(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Repeat:
    node: _Node
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class _Sequence:
    nodes: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    nodes: tuple[_Node, ...]


_Node: TypeAlias = "str | _Repeat | _Sequence | _Choice"


@lru_cache(maxsize=4096)
def text_for(pattern: str, least: int = 0) -> str | None:
    """The shortest obvious text ``pattern`` matches, grown to ``least`` characters where it may; or ``None``."""
    try:
        node = _Reader(pattern).read()
        return _written(node, least - len(_written(node, 0)))
    except (_Unreadable, IndexError, ValueError, RecursionError):
        return None


def _written(node: _Node, more: int) -> str:
    """``node`` as text with ``more`` further characters, as far as its repetitions allow."""
    if isinstance(node, str):
        return node
    if isinstance(node, _Choice):
        if more <= 0:
            return _written(node.nodes[0], 0)
        wanted = len(_written(node.nodes[0], 0)) + more
        return max((_written(option, wanted - len(_written(option, 0))) for option in node.nodes), key=len)
    if isinstance(node, _Sequence):
        parts: list[str] = []
        for child in node.nodes:
            least = len(_written(child, 0))
            parts.append(_written(child, more))
            more -= len(parts[-1]) - least
        return _short("".join(parts))
    once = _written(node.node, 0)
    if more <= 0 or node.most == node.least:
        return _short(once * node.least)
    if node.most == 1 or not once:
        return _written(node.node, more - len(once)) if node.most == 1 else ""
    return _short(once * min(node.most, node.least + -(-more // len(once))))


def _short(text: str) -> str:
    if len(text) > _MOST:
        raise _Unreadable
    return text


class _Reader:
    """Reads a pattern into nodes."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def read(self) -> _Node:
        node = self._choice()
        if self._at < len(self._pattern):
            raise _Unreadable
        return node

    def _choice(self) -> _Node:
        options = [self._sequence()]
        while self._here("|"):
            options.append(self._sequence())
        return options[0] if len(options) == 1 else _Choice(tuple(options))

    def _sequence(self) -> _Node:
        nodes: list[_Node] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            nodes.append(self._repeated(self._atom()))
        return _Sequence(tuple(nodes))

    def _repeated(self, atom: _Node) -> _Node:
        counts = self._counts()
        if counts is None:
            return atom
        if self._at < len(self._pattern) and self._pattern[self._at] in "?+":
            self._at += 1
        return _Repeat(atom, *counts)

    def _counts(self) -> tuple[int, int] | None:
        for sign, counts in (("*", (0, _MOST)), ("+", (1, _MOST)), ("?", (0, 1))):
            if self._here(sign):
                return counts
        if self._at < len(self._pattern) and self._pattern[self._at] == "{":
            end = self._pattern.find("}", self._at)
            least, comma, most = self._pattern[self._at + 1 : end].partition(",")
            if end > 0 and least.isdecimal() and (most.isdecimal() or not most):
                self._at = end + 1
                return int(least), (int(most) if most else _MOST) if comma else int(least)
        return None

    def _here(self, text: str) -> bool:
        if not self._pattern.startswith(text, self._at):
            return False
        self._at += len(text)
        return True

    def _atom(self) -> _Node:
        character = self._pattern[self._at]
        self._at += 1
        if character in "^$":
            return ""
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escape()
        return "a" if character == "." else character

    def _group(self) -> _Node:
        ignored = any(self._here(sign) for sign in _LOOKAROUNDS)
        if not ignored and self._here("?") and not self._here(":"):
            if not self._here("P<"):
                raise _Unreadable
            self._at = self._pattern.index(">", self._at) + 1
        node = self._choice()
        if not self._here(")"):
            raise _Unreadable
        return "" if ignored else node

    def _escape(self) -> str:
        character = self._pattern[self._at]
        self._at += 1
        if character in _CLASSES:
            return _CLASSES[character][0]
        if character in "bBAZ":
            return ""
        if character in "xu":
            digits = 2 if character == "x" else 4
            self._at += digits
            return chr(int(self._pattern[self._at - digits : self._at], 16))
        if character in "123456789":
            raise _Unreadable
        return _OUTSIDE.get(character) or _CONTROLS.get(character, character)

    def _class(self) -> str:
        negated = self._here("^")
        members = [self._member()]
        while not self._here("]"):
            members.append(self._member())
        inside = "".join(members)
        if not negated:
            return inside[0]
        outside = next((character for character in _ANY if character not in inside), None)
        if outside is None:
            raise _Unreadable
        return outside

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
