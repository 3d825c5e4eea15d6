"""What kind of sentence a message is: its clauses, which of them command, ask or forbid."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

from gateway.builtin.document import part
from gateway.builtin.lexer import Kind, Token, tokens_of
from gateway.builtin.lexicon import phrasal_verbs, word_set
from gateway.builtin.verbs import Act, act_of, known_verbs
from gateway.builtin.words import stem

LONGEST = 8_000
"""Characters of instruction that are read; a longer one is declined as a whole, never read in part."""


class Mood(StrEnum):
    """COMMAND asks for an act, QUESTION for an answer, HOW_TO for an explanation; STATEMENT is the rest."""

    COMMAND = "command"
    QUESTION = "question"
    HOW_TO = "how_to"
    STATEMENT = "statement"


@dataclass(frozen=True)
class Clause:
    """A part of the message with one predicate.

    ``tokens`` lack the polite opening, ``verb`` is plain or empty, ``act`` is reading where nothing is commanded.
    """

    tokens: tuple[Token, ...]
    mood: Mood
    negated: bool
    verb: str
    act: Act

    @cached_property
    def written(self) -> frozenset[str]:
        """Its tokens in lower case."""
        return frozenset(token.text.lower() for token in self.tokens)

    @property
    def parts(self) -> tuple[str, ...]:
        """Stems of the words, quoted text left out."""
        return tuple(piece for token in self.tokens for piece in token.parts)


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message taken apart. ``said`` is the text without a pasted ``document``."""

    said: str
    document: str | None
    tokens: tuple[Token, ...]
    clauses: tuple[Clause, ...]

    @property
    def too_long(self) -> bool:
        """Whether the instruction is longer than what is read."""
        return len(self.said) > LONGEST

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """The clauses that are not forbidden, commands first, then questions, then the rest."""
        order = [Mood.COMMAND, Mood.QUESTION, Mood.HOW_TO, Mood.STATEMENT]
        return tuple(sorted((c for c in self.clauses if not c.negated), key=lambda c: order.index(c.mood)))

    def of_kind(self, kind: Kind) -> tuple[Token, ...]:
        """The tokens of one kind."""
        return tuple(token for token in self.tokens if token.kind is kind)


_OPENINGS = re.compile(
    r"""(?:
        (?:hey|hi|hello|ok|okay|so|well|now|then|and|also|but|just|please|pls|kindly|nexus|thanks|thank\ you|instead
          |rather|alright|oh|ah|yes|sure|actually|maybe|again|however|although|though)\b[\s,!.:–-]*
      | no\s*,\s* | go\ ahead\ and\s+ | try\ to\s+ | make\ sure\ (?:to|you)\s+ | help\ me\s+(?:to\s+)? | let(?:'|’)?s\s+
      | let\ us\s+ | you\ (?:should|must|can|may|could)\s+(?=\w) | (?:can|could|would|will)\ (?:you|u)\s+(?!mind\b)
      | would\ you\ mind\s+ | be\ so\ kind\ (?:as\ )?(?:to\s+)?
      | (?:i|we)(?:\ would|(?:'|’)d)?\s+(?:want|need|like|love|wish)\s+(?:you\s+)?to\s+
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_FORBIDDEN = re.compile(
    r"""(?:(?:i|we|you|one)\s+)?
      (?: (?:don(?:'|’)?t|do\ not|does\ not|never|not|must\ not|mustn(?:'|’)?t|should\ not|shouldn(?:'|’)?t|won(?:'|’)?t
            |did\ not|didn(?:'|’)?t|cannot|can(?:'|’)t|under\ no\ circumstances
            |(?:there(?:'|’)?s\ |there\ is\ )?no\ need\ to)\b
        | (?:without|avoid|stop|refrain\ from)\s+(?=\w+ing\b) )
      (?:\s*(?:want|need|like|wish|ever|even|dare|try|go\ and|you|me|us|to|be|please)\b)*\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_NOTHING = re.compile(r"\w+\s+(?:nothing|no\s+\w+|none)\b", re.IGNORECASE)
_HOW_TO = re.compile(
    r"""(?:how\s+(?:do|can|could|would|should)\s+(?:i|you|we|one|people)\b|how\s+to\b|should\s+(?:i|we)\b|shall\s+(?:i|we)\b|why\b
        |what\s+(?:happens|would\s+happen|if)\b|explain\s+(?:how|why|to\s+me)\b|what\s+does\b.{0,80}\bmean\b
        |what\s+do\s+you\s+mean\b|is\s+it\s+(?:safe|possible|ok|okay)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_GERUND = re.compile(r"would you mind\s+$", re.IGNORECASE)


def read(text: str, verbs: Iterable[str] = ()) -> Utterance:
    """Take a message apart. ``verbs`` are further words that command (those that tools' own names begin with)."""
    parted = part(text)
    if len(parted.said) > LONGEST:
        return Utterance(parted.said, parted.document, (), ())
    known = frozenset(verbs) | _commands()
    tokens = tokens_of(parted.said)
    clauses = tuple(_clause(group, parted.said, known) for group in _groups(tokens, known) if group)
    clauses = tuple(clause for clause in clauses if clause.tokens)
    return Utterance(parted.said, parted.document, tokens, clauses)


@cache
def _commands() -> frozenset[str]:
    return word_set("building") | word_set("installing") | word_set("other_commands") | known_verbs().keys()


def _groups(tokens: tuple[Token, ...], verbs: frozenset[str]) -> list[list[Token]]:
    groups: list[list[Token]] = [[]]
    for index, token in enumerate(tokens):
        groups[-1].append(token)
        if _ends_here(tokens, index, verbs):
            groups.append([])
    return groups


def _ends_here(tokens: tuple[Token, ...], index: int, verbs: frozenset[str]) -> bool:
    """Whether a clause ends after this token."""
    token = tokens[index]
    following = tokens[index + 1].word if index + 1 < len(tokens) else ""
    second = tokens[index + 2].word if index + 2 < len(tokens) else ""
    if token.kind is Kind.MARK and (token.text in ".?!;" or token.text.startswith("\n")):
        return True
    if token.word == "ahead":
        return False
    if following in word_set("breaks"):
        return True
    if following == "without" and second.endswith("ing"):
        return True
    if following in ("and", "then"):
        return second in verbs or second in word_set("forbidding") or second == "then"
    if token.kind is Kind.MARK and token.text == ",":
        return following in verbs or following in word_set("forbidding")
    return False


def _clause(tokens: list[Token], said: str, verbs: frozenset[str]) -> Clause:
    start, end, gerund, negated = tokens[0].start, tokens[-1].end, False, False
    while opening := _OPENINGS.match(said, start, end):
        gerund = _GERUND.search(opening.group()) is not None
        start = opening.end()
    if forbidden := _FORBIDDEN.match(said, start, end):
        negated, start = True, forbidden.end()
    body = tuple(token for token in tokens if token.start >= start)
    sentence = said[start:end]
    negated = negated or _NOTHING.match(sentence) is not None
    mood, verb = _mood(body, sentence, verbs, gerund=gerund or negated)
    return Clause(body, mood, negated, verb, _act(body, mood, verb))


def _mood(body: tuple[Token, ...], sentence: str, verbs: frozenset[str], *, gerund: bool) -> tuple[Mood, str]:
    first = body[0].word if body else ""
    if _HOW_TO.match(sentence):
        return Mood.HOW_TO, ""
    phrase = next((phrase for phrase in phrasal_verbs() if sentence.lower().startswith(f"{phrase} ")), None)
    if phrase is not None:
        return Mood.COMMAND, phrasal_verbs()[phrase]
    if first in verbs:
        return Mood.COMMAND, first
    if gerund and first.endswith("ing"):
        base = next((verb for verb in sorted(verbs) if stem(verb) == stem(first)), "")
        return (Mood.COMMAND, base) if base else (Mood.STATEMENT, "")
    if first in word_set("question") or sentence.rstrip().endswith(("?", "？")):
        return Mood.QUESTION, ""
    return Mood.STATEMENT, ""


def _act(body: tuple[Token, ...], mood: Mood, verb: str) -> Act:
    """What is asked for. A word that is a noun as well ("order 17") leaves it open unless an object follows it."""
    if mood is not Mood.COMMAND:
        return Act.READ
    following = body[1] if len(body) > 1 else None
    if verb == "new" and following is not None and not following.word.endswith("s"):
        return Act.CREATE
    if verb in word_set("also_nouns") and not (
        following is not None and (following.kind is Kind.QUOTED or following.word in word_set("after_a_verb"))
    ):
        return Act.OTHER
    return act_of(verb)
