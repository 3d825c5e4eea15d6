"""Making pieces of text fit into a number of tokens: the least important are cut first, and the cut is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.prompt.budget import Count

Cut = Literal["head", "tail", "whole"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that may be cut.

    ``cut`` says what goes first: its beginning, its end, or all of it at once. ``render`` makes what stands in the
    prompt of what is left, and is what counts. ``neutralised`` counts the places that were changed before.
    """

    name: str
    text: str
    cut: Cut
    priority: int
    render: Callable[[str], str]
    neutralised: int = 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A piece as it stands in the prompt: rendered, its tokens, and how many characters of the text are left out."""

    piece: Piece
    rendered: str
    tokens: int
    left_out: int = 0


def whole(piece: Piece, count: Count) -> Fitted:
    """The piece uncut."""
    rendered = piece.render(piece.text)
    return Fitted(piece, rendered, count(rendered))


def fit(pieces: Sequence[Fitted], allowed: int, count: Count) -> tuple[Fitted, ...]:
    """The pieces within ``allowed`` tokens together, in their order.

    Cut are those of the lowest priority first, among equals the later ones, and each no further than it must be. When
    even the marks of what was left out take more than is allowed, the answer is over it too: the caller decides.
    """
    fitted = list(pieces)
    excess = sum(one.tokens for one in fitted) - allowed
    for index in sorted(range(len(fitted)), key=lambda index: (fitted[index].piece.priority, -index)):
        if excess <= 0:
            break
        before = fitted[index]
        shorter = _shortened(before.piece, before.tokens - excess, count)
        if shorter.tokens < before.tokens:
            fitted[index] = shorter
            excess -= before.tokens - shorter.tokens
    return tuple(fitted)


def _shortened(piece: Piece, tokens: int, count: Count) -> Fitted:
    """As much of the piece as fits, found by halving; at least the mark that says that it was there."""
    best = _kept(piece, 0, count)
    if piece.cut == "whole" or best.tokens > tokens:
        return best
    fits, too_many = 0, len(piece.text)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        tried = _kept(piece, middle, count)
        if tried.tokens <= tokens:
            fits, best = middle, tried
        else:
            too_many = middle
    return best


def _kept(piece: Piece, characters: int, count: Count) -> Fitted:
    """The piece with so many characters kept. The mark stays on their line: what is cut begins no line of its own."""
    if piece.cut == "head":
        kept = piece.text[len(piece.text) - characters :]
    else:
        kept = piece.text[:characters].removesuffix("\r")
    left_out = len(piece.text) - len(kept)
    note = f"[... {left_out} characters left out ...]"
    parts = (note, kept) if piece.cut == "head" else (kept, note)
    rendered = piece.render(" ".join(part for part in parts if part))
    return Fitted(piece, rendered, count(rendered), left_out)
