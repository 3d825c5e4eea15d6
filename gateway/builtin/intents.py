"""Wishes about the modules themselves: build, install, roll back, list. Told by verb and object, never by examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from gateway.builtin.lexer import Kind, Token
from gateway.builtin.lexicon import word_set
from gateway.builtin.utterance import Clause, Mood, Utterance
from gateway.builtin.words import stem, stem_set


class Intent(StrEnum):
    """What a message is about."""

    BUILD = "build"
    INSTALL = "install"
    ROLLBACK = "rollback"
    LIST = "list"
    TOOL = "tool"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish about modules, the clause that says it, and the reason it was understood so."""

    intent: Intent
    clause: Clause | None
    reason: str


_ROLL_BACK = re.compile(r"\b(?:roll(?:ed|ing)?[\s-]?back|rollback)\b", re.IGNORECASE)
_BACKWARDS = re.compile(
    r"^(?:revert|undo|downgrade|restore|(?:go|switch|change|return|get|bring|put|move)\b.{0,60}\bback|return\s+to)\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:previous|earlier|older|old|former|last|prior|original)\s+(?:\w+\s+)?(?:version|one|build|release)\b|\bversion\b|\bupdate\b",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"^(?:(?:list|show|display|give|tell|see|view)\b.{0,30}|(?:which|what)\b.{0,20})\b(?:modules|tools|integrations|apis|skills|plugins)\b"
    r"|\bwhat(?:'|’)?s?\s(?:is\s|are\s)?(?:currently\s)?installed\b",
    re.IGNORECASE,
)
_WISH = re.compile(r"^(?:i|we)(?:\s+would|(?:'|’)d)?\s+(?:want|need|like|wish(?:\s+for)?)\b", re.IGNORECASE)
_DOCUMENT_NAME = re.compile(r"\.(?:json|ya?ml)$|openapi|swagger", re.IGNORECASE)
_STOPS = frozenset(
    {"for", "from", "with", "using", "of", "in", "on", "that", "which", "to", "into", "out", "about", "via"}
)


def wish_of(said: Utterance, *, attached: bool, named: frozenset[str]) -> Wish | None:
    """The wish about modules, commands before anything else; None when the message is about something else.

    ``attached``: files came with the message. ``named``: stems of the names of installed modules and drafts.
    """
    for clause in said.wanted:
        if clause.mood is Mood.HOW_TO:
            continue
        text = text_of(said, clause)
        found = (
            _rollback(clause, text, named) or _install(clause, named, attached=attached) or _build(clause, said, text)
        )
        if found is not None:
            return found
        if _LISTED.search(text) and not _is_question_about_more(clause):
            return Wish(Intent.LIST, clause, "asks for the modules themselves")
    return None


def from_source(said: Utterance, *, attached: bool) -> Wish | None:
    """A build that only its source tells: a pasted description, or a file beside words that ask for nothing else."""
    if any(clause.negated for clause in said.clauses) or any(c.mood is Mood.HOW_TO for c in said.clauses):
        return None
    asks = any(clause.mood is Mood.QUESTION for clause in said.clauses)
    if said.document is not None and not asks:
        return Wish(Intent.BUILD, None, "an API description was pasted")
    if attached and not asks:
        return Wish(Intent.BUILD, None, "a file came with the message and nothing else was asked")
    urls = said.of_kind(Kind.URL)
    alone = urls and len(said.tokens) <= len(urls) + 3
    if alone and not asks and _DOCUMENT_NAME.search(urls[0].text):
        return Wish(Intent.BUILD, None, "the address of an API description was sent")
    return None


def text_of(said: Utterance, clause: Clause) -> str:
    """The clause as written, with quoted text left out."""
    pieces = ["…" if token.kind in (Kind.QUOTED, Kind.JSON) else token.text for token in clause.tokens]
    return " ".join(pieces)


def _rollback(clause: Clause, text: str, named: frozenset[str]) -> Wish | None:
    if clause.mood is Mood.QUESTION:
        return None
    if _ROLL_BACK.search(text):
        return Wish(Intent.ROLLBACK, clause, "asks to roll back")
    if _BACKWARDS.match(text):
        about_module = not named.isdisjoint(clause.parts) or "modul" in clause.parts
        if about_module or _EARLIER.search(text):
            return Wish(Intent.ROLLBACK, clause, "asks for an earlier version")
    return None


def _install(clause: Clause, named: frozenset[str], *, attached: bool) -> Wish | None:
    if clause.mood is not Mood.COMMAND or clause.verb not in word_set("installing"):
        return None
    if attached or any(token.kind in (Kind.URL, Kind.PATH) for token in clause.tokens):
        return Wish(Intent.BUILD, clause, "what is not built yet is built first")
    object_words = _object(clause)
    about = not (stem_set("draft_nouns") | named).isdisjoint(object_words)
    if about or clause.verb == "install" or {"it", "that", "this"} & {token.word for token in clause.tokens[1:3]}:
        return Wish(Intent.INSTALL, clause, f"“{clause.verb}” with a draft as its object")
    return None


def _build(clause: Clause, said: Utterance, text: str) -> Wish | None:
    sources = [token for token in clause.tokens if token.kind in (Kind.URL, Kind.PATH)]
    words = _object(clause)
    about = not stem_set("module_nouns").isdisjoint(words)
    if clause.mood is Mood.COMMAND and clause.verb in word_set("building"):
        if about:
            return Wish(Intent.BUILD, clause, f"“{clause.verb}” with a module as its object")
        all_words = {part for token in clause.tokens for part in token.parts}
        if (sources or said.document is not None) and not stem_set("module_nouns").isdisjoint(all_words):
            return Wish(Intent.BUILD, clause, f"“{clause.verb}” and a source for a module")
    if clause.mood is Mood.STATEMENT and _WISH.match(text) and not stem_set("made_nouns").isdisjoint(words):
        return Wish(Intent.BUILD, clause, "wishes for a module")
    return None


def _object(clause: Clause) -> set[str]:
    """Stems of the noun phrase behind the verb."""
    found: set[str] = set()
    for token in clause.tokens[1:]:
        if token.kind is Kind.MARK or token.word in _STOPS:
            break
        found.update(token.parts)
    return found


def _is_question_about_more(clause: Clause) -> bool:
    """``which tools does the shop sell`` is not about modules: another verb follows the noun."""
    nouns = [index for index, token in enumerate(clause.tokens) if not stem_set("module_nouns").isdisjoint(token.parts)]
    after: tuple[Token, ...] = clause.tokens[nouns[0] + 1 :] if nouns else ()
    allowed = {"do", "you", "i", "we", "have", "are", "there", "is", "installed", "available", "can", "use", "please",
               "got", "now", "currently", "active", "of", "mine", "all", "me"}  # fmt: skip
    return any(
        token.kind is Kind.WORD and stem(token.word) not in allowed and token.word not in allowed for token in after
    )
