"""How a conversation is made to fit: it loses its oldest messages, and never a call without its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from core.errors import InvalidInput
from gateway.messages import Message
from gateway.prompt.budget import Count
from gateway.prompt.cutting import fit
from gateway.prompt.speaking import Said


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of a conversation. ``note`` is a sentence of ours about what is missing; its tokens count."""

    said: tuple[Said, ...]
    tokens: int
    note: str = ""
    left_out: tuple[str, ...] = ()


def units(messages: Sequence[Message]) -> tuple[range, ...]:
    """The places of the messages that stay together, in order: one message, or from a call to its last result.

    What stands between a call and its result stays with them. ``InvalidInput`` for a result that answers no call.
    """
    starts: list[int] = []
    asked: dict[str, int] = {}
    for place, message in enumerate(messages):
        if message.role != "tool":
            starts.append(place)
        elif (call := asked.get(message.tool_call_id or "")) is not None:
            while starts[-1] > call:
                starts.pop()
        else:
            raise InvalidInput(
                f"Message {place + 1} of the conversation is the result of a call that does not stand before it.",
                mend="Give the conversation with the assistant's message that made the call.",
            )
        asked |= {call.id: place for call in message.tool_calls}
    return tuple(range(start, end) for start, end in pairwise([*starts, len(messages)]))


class Conversation:
    """A conversation that is being made to fit.

    What stays in any case is its newest unit and the one with the last message of a user; of these, only the results
    of tools may be cut, the longest first.
    """

    def __init__(self, said: Sequence[Said], count: Count) -> None:
        self._said = said
        self._count = count
        self._units = units([one.message for one in said])
        self._tokens = [sum(said[place].tokens for place in unit) for unit in self._units]
        last_user = max((place for place, one in enumerate(said) if one.message.role == "user"), default=-1)
        self._stays = [unit is self._units[-1] or last_user in unit for unit in self._units]

    @property
    def least(self) -> int:
        """Tokens of what stays in any case, uncut, and of the note when that is not all."""
        lost = sum(len(unit) for unit, stays in zip(self._units, self._stays, strict=True) if not stays)
        stays = sum(tokens for tokens, stays in zip(self._tokens, self._stays, strict=True) if stays)
        return stays + self._note_tokens(lost)

    def kept(self, allowed: int) -> Kept:
        """The most that ``allowed`` tokens hold, or more than that when too little can be left out: the caller decides.

        What is left begins with a user's message wherever it is possible, since some models take no other beginning.
        """
        droppable = [index for index, stays in enumerate(self._stays) if not stays]
        gone = accumulate((self._tokens[index] for index in droppable), initial=0)
        lost = accumulate((len(self._units[index]) for index in droppable), initial=0)
        tokens, messages = sum(self._tokens), 0
        for number, (gone_tokens, messages) in enumerate(zip(gone, lost, strict=True)):
            left = tokens - gone_tokens + self._note_tokens(messages)
            if left <= allowed and (number == 0 or self._begins_well(droppable[number : number + 1])):
                return self._without(droppable[:number], messages, left)
        return self._cut(droppable, messages, allowed)

    def _begins_well(self, next_droppable: Sequence[int]) -> bool:
        """Whether a user speaks first in what is left, or nothing more can be left out to change it."""
        first = min([*next_droppable, self._stays.index(True)])
        return not next_droppable or self._said[self._units[first].start].message.role == "user"

    def _note_tokens(self, lost: int) -> int:
        return self._count(_note(lost)) if lost else 0

    def _without(self, dropped: Sequence[int], lost: int, tokens: int) -> Kept:
        gone = set(dropped)
        places = [place for index, unit in enumerate(self._units) if index not in gone for place in unit]
        left_out = (_messages(lost),) if lost else ()
        return Kept(tuple(self._said[place] for place in places), tokens, _note(lost), left_out)

    def _cut(self, droppable: Sequence[int], lost: int, allowed: int) -> Kept:
        """What stays in any case, with its tools' results cut."""
        kept = self._without(droppable, lost, 0)
        results = [one.result for one in kept.said if one.result]
        fixed = self._note_tokens(lost) + sum(one.tokens for one in kept.said if not one.result)
        fitted = iter(fit(results, allowed - fixed, self._count))
        said = tuple(one.shortened(next(fitted)) if one.result else one for one in kept.said)
        cut = tuple(one.result.piece.name for one in said if one.result and one.result.left_out)
        return Kept(said, fixed + sum(one.tokens for one in said if one.result), kept.note, (*kept.left_out, *cut))


def _note(lost: int) -> str:
    return f"[... {_messages(lost)} of this conversation left out ...]\n\n" if lost else ""


def _messages(lost: int) -> str:
    return "1 earlier message" if lost == 1 else f"{lost} earlier messages"
