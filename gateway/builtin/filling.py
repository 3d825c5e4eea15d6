"""Filling a tool's inputs from a message. Values come from the text alone; what is not said is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.builtin.board import Board
from gateway.builtin.labelled import fill_labelled
from gateway.builtin.lexer import Token
from gateway.builtin.phrases import fill_phrases, unused
from gateway.builtin.profile import Profile
from gateway.builtin.switches import fill_switches
from gateway.builtin.typed import fill_typed
from gateway.builtin.words import stems_of
from gateway.messages import JsonObject
from gateway.schema import missing_inputs


@dataclass(frozen=True, slots=True)
class Filled:
    """``missing`` are dotted paths in asking order; ``reasons`` say of an input why what was said does not fit,
    ``options`` what it could have been; ``unused`` are values of the text that no input took; ``used`` are the
    places in the text where a used token begins."""

    arguments: JsonObject
    missing: tuple[str, ...]
    reasons: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]]
    unused: tuple[str, ...]
    trace: tuple[str, ...]
    used: frozenset[int] = frozenset()


def fill(
    profile: Profile,
    tokens: tuple[Token, ...],
    *,
    now: datetime | None = None,
    params: Mapping[str, Any] | None = None,
    known: Mapping[str, Any] | None = None,
    commanded: bool = False,
) -> Filled:
    """Fill what the text says. ``params`` were given by name and come first; ``known`` is already settled.

    ``commanded``: the first token is the verb, so what follows it may be its object.
    """
    board = Board(profile, tokens, now, known or {}, commanded=commanded)
    _fill_params(board, params or {})
    fill_labelled(board)
    fill_typed(board)
    fill_switches(board)
    fill_phrases(board)
    missing = _secrets_last(profile, missing_inputs(profile.spec.input_schema, board.arguments))
    unclear = {".".join(path): found for path, found in board.unclear.items()}
    return Filled(
        arguments=board.arguments,
        missing=(*missing, *(path for path in unclear if path not in missing and not _given(board, path))),
        reasons={".".join(path): reason for path, reason in board.unfit.items()},
        options=unclear,
        unused=unused(board),
        trace=tuple(board.trace),
        used=frozenset(board.tokens[index].start for index in board.taken),
    )


def _secrets_last(profile: Profile, missing: tuple[str, ...]) -> tuple[str, ...]:
    secret = {one.slot.dotted for one in profile.inputs if one.has_role("secret")}
    return tuple(sorted(missing, key=lambda path: path in secret))


def _given(board: Board, path: str) -> bool:
    return all(one.slot.dotted != path for one in board.open())


def _fill_params(board: Board, params: Mapping[str, Any]) -> None:
    for name, value in params.items():
        wanted = tuple(stems_of(name))
        able = [one for one in board.profile.inputs if name in (one.slot.name, one.slot.dotted)]
        able = able or [one for one in board.open() if wanted in one.strong]
        if not able:
            continue
        why = "given by name"
        if isinstance(value, str) and able[0].slot.type not in ("string", "any"):
            board.put_text(able[0], value, [], why)
        else:
            board.put(able[0], value, [], why)
