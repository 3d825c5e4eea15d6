"""The published shape of every event's ``data``, by type. A reader may rely on what stands here; more may come."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Json = dict[str, Any]
SCHEMA_ID = "https://nexus.invalid/schemas/events/1/{type}.json"


class Data(BaseModel):
    """Base of event data: later versions may add members, never take one away."""

    model_config = ConfigDict(extra="allow")


class RunBegan(Data):
    """A run was begun (``attempt`` 1) or set going again."""

    run: str
    kind: Literal["turn", "call", "build"]
    thread: str | None
    parent: str | None
    attempt: int


class RunEnded(Data):
    """A run ended; ``output`` of a finished one, ``error`` {code, detail, mend} of a failed one."""

    run: str
    state: Literal["done", "failed", "cancelled"]
    output: Json | None = None
    error: Json | None = None


class InStep(Data):
    """Something within a step, ``node@number``."""

    step: str
    node: str


class Occurrence(InStep):
    """Something that happened in one attempt of a step, and may happen again in the next."""

    attempt: int


class StepFinished(Occurrence):
    output: Json


class StepFailed(Occurrence):
    error: Json


class MessageDelta(Occurrence):
    """Words on their way. A new attempt begins the message anew."""

    message: str
    text: str


class MessageCompleted(InStep):
    message: str
    thread: str | None
    text: str
    data: Json


class DecisionMade(InStep):
    id: str
    subject: str
    state: Literal["ACTION_READY", "NEEDS_CONFIRM", "BLOCKED"]
    rank: Literal["E", "D", "C", "B", "A", "S"]
    score: int
    band: Literal["SAFE", "BORDERLINE", "FAILING"]
    reasons: list[str]
    missing: str | None
    payload_hash: str
    hash: str


class ApprovalRequested(Data):
    approval: str
    kind: Literal["module", "tool", "repeat"]
    title: str
    payload_hash: str
    expires_at: str
    thread: str | None


class ApprovalAnswered(Data):
    approval: str
    kind: str
    answer: Literal["approved", "rejected"]
    payload_hash: str
    by: str
    reason: str | None


class ApprovalExpired(Data):
    approval: str
    kind: str


class ToolCalled(Occurrence):
    tool: str
    arguments: Json


class ToolReturned(InStep):
    """What a call came to; ``bundle_sha256`` names the bytes that ran, empty for a tool of the chat itself."""

    tool: str
    ok: bool
    error: Json | None
    module: str
    bundle_sha256: str
    started_at: str
    finished_at: str


class ModelCalled(InStep):
    purpose: str
    provider: str
    model: str
    prompt_hash: str
    finish_reason: str
    usage: Json
    latency_seconds: float


class BuildStage(Occurrence):
    stage: str
    detail: Json


class DraftCreated(Data):
    draft: str
    module: str
    bundle_sha256: str
    by: str


class DraftEdited(Data):
    draft: str
    revision: int
    bundle_sha256: str
    by: str


class DraftValidated(Data):
    draft: str
    revision: int
    passed: bool
    proof_hash: str
    bundle_sha256: str


class ModulePromoted(Data):
    module: str
    version: int
    bundle_sha256: str
    payload_hash: str
    approval: str
    by: str


class ModuleMoved(Data):
    """The active pointer moved; ``previous`` is where it stood."""

    module: str
    version: int
    bundle_sha256: str
    payload_hash: str
    actor: str
    previous: Json | None


class ThreadChanged(Data):
    """A conversation was opened, or got another title."""

    thread: str
    title: str


class ThreadSwitched(Data):
    """From the next message on another model answers in a conversation; null: the one that the routing chooses."""

    thread: str
    model: str | None
    by: str


class ThreadDeleted(Data):
    thread: str


class KeyCreated(Data):
    id: str
    name: str
    kind: str
    role: str


class KeyRevoked(Data):
    id: str
    name: str


class PolicyChanged(Data):
    """A policy has another version in force; ``by`` is whoever changed it, or the file."""

    policy: Literal["routing"]
    version: int
    source: Literal["nexus.toml", "http", "rollback"]
    by: str


class BudgetCall(Data):
    """Something about one call and the budgets that it counts in. Money is US dollars as decimal text."""

    user: str | None
    purpose: str
    thread: str | None


class BudgetReserved(BudgetCall):
    reservation: str
    budgets: list[str]
    amount: Json
    expires_at: str


class BudgetExpired(BudgetReserved):
    """A reservation was given back because nobody settled it in time: the call's process was killed, say."""


class BudgetSettled(BudgetCall):
    reservation: str
    budgets: list[str]
    reserved: Json
    used: Json
    overrun: bool


class BudgetRefused(BudgetCall):
    """A call had no room in a budget, and nothing was sent."""


class BudgetThreshold(Data):
    budget: str
    period_start: str
    percent: int
    spent: Json


EVENT_TYPES: dict[str, type[Data]] = {
    "run.started": RunBegan,
    "run.resumed": RunBegan,
    "run.finished": RunEnded,
    "run.failed": RunEnded,
    "run.cancelled": RunEnded,
    "step.started": Occurrence,
    "step.finished": StepFinished,
    "step.failed": StepFailed,
    "message.delta": MessageDelta,
    "message.completed": MessageCompleted,
    "decision.made": DecisionMade,
    "approval.requested": ApprovalRequested,
    "approval.answered": ApprovalAnswered,
    "approval.expired": ApprovalExpired,
    "tool.called": ToolCalled,
    "tool.returned": ToolReturned,
    "model.called": ModelCalled,
    "build.stage": BuildStage,
    "draft.created": DraftCreated,
    "draft.edited": DraftEdited,
    "draft.validated": DraftValidated,
    "module.promoted": ModulePromoted,
    "module.installed": ModuleMoved,
    "module.rolled_back": ModuleMoved,
    "thread.opened": ThreadChanged,
    "thread.renamed": ThreadChanged,
    "thread.switched": ThreadSwitched,
    "thread.deleted": ThreadDeleted,
    "key.created": KeyCreated,
    "key.revoked": KeyRevoked,
    "policy.changed": PolicyChanged,
    "budget.reserved": BudgetReserved,
    "budget.settled": BudgetSettled,
    "budget.expired": BudgetExpired,
    "budget.exceeded": BudgetRefused,
    "budget.threshold": BudgetThreshold,
}


def event_schemas() -> dict[str, Json]:
    """The JSON Schema of each type's ``data``."""
    return {
        name: {"$id": SCHEMA_ID.format(type=name), **model.model_json_schema()} for name, model in EVENT_TYPES.items()
    }
