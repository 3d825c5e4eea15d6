"""The words of governance: what is asked, in which circumstances, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

JsonObject = dict[str, Any]
Level = Literal["kernel", "process", "none"]


class Value(BaseModel):
    """Base of governance's values: immutable, JSON in and out, strict about unknown members."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy without what was computed from the original: a changed copy has another hash."""
        copied = super().model_copy(update=update, deep=deep)
        for name in vars(copied).keys() - type(self).model_fields.keys():
            vars(copied).pop(name)
        return copied


class State(StrEnum):
    """May it happen now? In order of strictness."""

    ACTION_READY = "ACTION_READY"
    NEEDS_CONFIRM = "NEEDS_CONFIRM"
    BLOCKED = "BLOCKED"


class Rank(StrEnum):
    """How much is at stake, from E (least) to S."""

    E = "E"
    D = "D"
    C = "C"
    B = "B"
    A = "A"
    S = "S"


class Band(StrEnum):
    """What the score amounts to."""

    SAFE = "SAFE"
    BORDERLINE = "BORDERLINE"
    FAILING = "FAILING"


class Axis(StrEnum):
    """The six things an action is judged by. Each has 0 to 100; more is better (a cost of 100 is no cost)."""

    COMPUTE_COST = "compute_cost"
    MAINTAINABILITY = "maintainability"
    ATTENTION = "attention"
    ECONOMIC_VALUE = "economic_value"
    TRUST = "trust"
    PREDICTION_CONFIDENCE = "prediction_confidence"


class ActionKind(StrEnum):
    """The actions that the rules know. Any other kind needs an approval."""

    TOOL_CALL = "tool.call"
    MODULE_BUILD = "module.build"
    MODULE_PROMOTE = "module.promote"
    MODULE_INSTALL = "module.install"
    MODULE_GRANT = "module.grant"
    MODULE_ROLLBACK = "module.rollback"


class Action(Value):
    """What someone wants to do.

    ``subject`` names the tool or module. ``method``, ``effect``, ``unsafe`` (the words that mark an operation as
    unsafe) and ``missing`` (required inputs without a value) describe a tool call. ``payload`` is what an approval
    would be bound to; when it is left out, it is kind, subject and arguments.
    """

    kind: str
    subject: str
    arguments: JsonObject = Field(default_factory=dict)
    method: str | None = None
    effect: Literal["read", "write"] | None = None
    unsafe: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    payload: JsonObject | None = None

    def confirmed_payload(self) -> JsonObject:
        """What a person who approves says yes to."""
        if self.payload is not None:
            return self.payload
        return {"kind": self.kind, "subject": self.subject, "arguments": self.arguments}


class Context(Value):
    """In which circumstances.

    ``approved_payload_hash`` is the hash that a valid approval carries: it answers NEEDS_CONFIRM for that payload
    alone, and nothing else. ``axes`` are estimates by whoever asks (100 where nothing is known).
    """

    actor: str
    org: str
    role: str
    isolation: Level | None = None
    axes: dict[Axis, int] = Field(default_factory=dict[Axis, int])
    approved_payload_hash: str | None = None


class Decision(Value):
    """The answer, with everything that led to it.

    ``score`` is the weakest of the six ``axes``. ``missing`` is the one input that BLOCKED asks for. ``payload`` is
    there with NEEDS_CONFIRM. ``flagged``: to be logged where a person looks, though it was not asked for.
    ``hash`` is over all other fields: a recomputed decision is the same when its hash is.
    """

    state: State
    rank: Rank
    score: int
    band: Band
    axes: dict[Axis, int]
    reasons: tuple[str, ...]
    rules: tuple[str, ...]
    flagged: bool
    missing: str | None
    payload: JsonObject | None
    payload_hash: str
    policy_version: int
    policy_hash: str
    inputs_hash: str
    hash: str


def brief(made: str, subject: str, decision: Decision) -> JsonObject:
    """A decision as its event tells it; ``made`` is the id it is stored under."""
    told = decision.model_dump(mode="json", include={"state", "rank", "score", "band", "reasons", "missing"})
    return {"id": made, "subject": subject, **told, "payload_hash": decision.payload_hash, "hash": decision.hash}


def strictest(states: list[State]) -> State:
    """The strictest of them; nothing forbids means ACTION_READY."""
    order = list(State)
    return max(states, key=order.index, default=State.ACTION_READY)


def highest(ranks: list[Rank]) -> Rank:
    """The rank with most at stake; E when there is none."""
    order = list(Rank)
    return max(ranks, key=order.index, default=Rank.E)
