"""A message as tokens: words, numbers, quoted strings, dates, addresses, JSON; each with its place in the text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.builtin.words import name_parts, plain, stem


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    NUMBER = "number"
    QUOTED = "quoted"
    JSON = "json"
    URL = "url"
    EMAIL = "email"
    DATE = "date"
    TIME = "time"
    PATH = "path"
    CODE = "code"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` as written; ``value`` what it stands for (a string's inside, a JSON value); ``parts`` its stems."""

    kind: Kind
    text: str
    start: int
    end: int
    value: Any = None
    parts: tuple[str, ...] = field(default=())

    @property
    def word(self) -> str:
        """Plain form of a word; empty for anything else."""
        return plain(self.text) if self.kind is Kind.WORD else ""


_QUOTES = r'"[^"\n]{0,2000}"|“[^”\n]{0,2000}”|„[^“”\n]{0,2000}[“”]|«[^»\n]{0,2000}»|`[^`\n]{1,2000}`'
_PATTERN = re.compile(
    rf"""
    (?P<quoted>{_QUOTES}|(?<!\w)'(?=\S)[^'\n]{{0,500}}?(?<=\S)'(?!\w)|(?<!\w)‘[^’\n]{{1,500}}’(?!\w))
  | (?P<url>https?://[^\s<>"'`]+)
  | (?P<email>[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,5}})
  | (?P<path>file://\S+|~/[^\s"']+|\.{{1,2}}/[^\s"']+|(?<![\w.)])/(?:[\w.@+-]+/)*[\w.@+-]*[A-Za-z][\w.@+-]*
      |\b[A-Za-z]:\\[^\s"']+|\\\\[^\s"']+)
  | (?P<uuid>\b[0-9a-fA-F]{{8}}-(?:[0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}\b)
  | (?P<zone>\b[A-Z][a-z]+(?:/[A-Z][A-Za-z_]+)+\b)
  | (?P<date>\b\d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,9}})?)?
      (?:Z|[+-]\d{{2}}:?\d{{2}})?)?(?![\w-]))
  | (?P<time>\b\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s?[ap]m)?\b)
  | (?P<number>(?<![\w.])[-+−]?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{{1,3}})?(?![\w]|\.\d|-\w))
  | (?P<code>(?=[\w.-]*\d)[^\W_][\w]*(?:[-.:][\w]+)*)
  | (?P<word>[^\W\d_][\w]*(?:['’-][\w]+)*|_\w+)
  | (?P<mark>\n+|\S)
    """,
    re.VERBOSE,
)
_MOST_JSON = 8
_TRAILING = ".,;:!?)]}>'\""


def tokens_of(text: str) -> tuple[Token, ...]:
    """All tokens of the text in order. White space is left out, line ends are marks."""
    found: list[Token] = []
    position, attempts = 0, 0
    while (match := _PATTERN.search(text, position)) is not None:
        if match.group() in "{[" and attempts < _MOST_JSON:
            attempts += 1
            literal = _json_at(text, match.start())
            if literal is not None:
                found.append(literal)
                position = literal.end
                continue
        token = _token(match)
        found.append(token)
        position = max(token.end, position + 1)
    return tuple(found)


def _token(match: re.Match[str]) -> Token:
    group, text, start = str(match.lastgroup), match.group(), match.start()
    if group in ("url", "path"):
        text = text.rstrip(_TRAILING)
        return Token(Kind(group), text, start, start + len(text), text)
    if group == "quoted":
        return Token(Kind.QUOTED, text, start, match.end(), text[1:-1])
    if group == "number":
        return Token(Kind.NUMBER, text, start, match.end(), number(text))
    if group == "word":
        return Token(Kind.WORD, text, start, match.end(), text, tuple(stem(part) for part in name_parts(text)))
    if group in ("uuid", "zone", "code"):
        return Token(Kind.CODE, text, start, match.end(), text, tuple(stem(part) for part in name_parts(text)))
    return Token(Kind(group), text, start, match.end(), text)


def number(text: str) -> int | float:
    """The number a token shows: thousands commas dropped, a typographic minus understood."""
    cleaned = text.replace(",", "").replace("−", "-")
    return int(cleaned) if re.fullmatch(r"[-+]?\d{1,300}", cleaned) else float(cleaned)


def _json_at(text: str, start: int) -> Token | None:
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return Token(Kind.JSON, text[start:end], start, end, value)
