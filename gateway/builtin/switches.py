"""Inputs that are on or off: ``turn the lamp off``, ``overdue loans``, ``no drafts``."""

from __future__ import annotations

from gateway.builtin.board import Board
from gateway.builtin.lexer import Kind
from gateway.builtin.lexicon import word_set
from gateway.builtin.profile import Input
from gateway.builtin.words import content_stems

_PARTICLES = {"on": True, "off": False}


def fill_switches(board: Board) -> None:
    """The one that the command itself switches, and those whose names the sentence states or denies."""
    _by_verb(board)
    for one in board.open("boolean"):
        _by_name(board, one)


def _by_verb(board: Board) -> None:
    able = [one for one in board.open("boolean") if one.has_role("state")]
    if len(able) == 1 and board.commanded and (found := _commanded(board)) is not None:
        on, places = found
        board.put(able[0], on, places, "the command itself says so")


def _commanded(board: Board) -> tuple[bool, list[int]] | None:
    """What the command asks for and where it says so: ``enable``, ``turn on …``, ``switch … off``."""
    verb = board.word(0)
    if verb in word_set("enabling") or verb in word_set("disabling"):
        return verb in word_set("enabling"), [0]
    words = [index for index, token in enumerate(board.tokens) if token.kind is not Kind.MARK]
    if verb not in word_set("turning") or not words:
        return None
    last = words[-2] if board.word(words[-1]) == "please" and len(words) > 1 else words[-1]
    particle = next((index for index in (1, last) if board.word(index) in _PARTICLES and board.free(index)), None)
    return None if particle is None else (_PARTICLES[board.word(particle)], [0, particle])


def _by_name(board: Board, one: Input) -> None:
    """A name in the sentence is meant, unless a word before it says that it is not, or it is the tool's own noun."""
    if not content_stems(one.slot.name):
        return
    for label in (*one.strong, *one.weak):
        if board.profile.nouns.issuperset(label):
            continue
        for place in board.find(label):
            before = board.word(place.start - 1)
            denied = before in word_set("excepting") or before in word_set("switching_off")
            why = f"“{before}” denies it" if denied else "stated in the text"
            if board.put(one, not denied, [*([place.start - 1] if denied else []), *place], why):
                return
