"""The one governance answer: may this action happen now?

A pure function of values. The values are stored beside the answer (``stored_inputs``), so that any past decision
can be computed again (``recompute``) and explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from core.hashing import record_hash
from orchestrator.governance.model import (
    Action,
    Axis,
    Band,
    Context,
    Decision,
    JsonObject,
    Rank,
    State,
    highest,
    strictest,
)
from orchestrator.governance.rules import Facts, Policy, Rule, current_policy, policy_by_hash

_UNTOUCHED = 100
_LARGEST_EXACT = 2**53


def decide(action: Action, context: Context, policy: Policy | None = None) -> Decision:
    """Evaluate every rule of the policy (the newest shipped one by default); the strictest answer wins."""
    table = policy or current_policy()
    facts = _facts(action, context)
    rules = [rule for rule in table.rules if rule.applies(facts)]
    axes = _axes(context, rules)
    score = min(axes.values())
    band = table.bands.band(score)
    rank = highest([rule.rank for rule in rules])
    bound = payload_hash(action.confirmed_payload())
    state = strictest([_state_of_band(band), _state_of_rank(rank, table), *(rule.state for rule in rules)])
    reasons = [*(rule.explain(facts) for rule in rules), *_weakness(axes, band)] or ["No rule asks for more."]
    ids = [rule.id for rule in rules]
    if state is State.NEEDS_CONFIRM and context.approved_payload_hash == bound:
        state = State.ACTION_READY
        reasons.append("Exactly this was approved.")
        ids.append("approval.given")
    fields: JsonObject = {
        "state": state,
        "rank": rank,
        "score": score,
        "band": band,
        "axes": axes,
        "reasons": tuple(reasons),
        "rules": tuple(ids),
        "flagged": rank in table.ranks.flagged,
        "missing": action.missing[0] if action.missing else None,
        "payload": action.confirmed_payload() if state is State.NEEDS_CONFIRM else None,
        "payload_hash": bound,
        "policy_version": table.version,
        "policy_hash": table.hash,
        "inputs_hash": payload_hash(stored_inputs(action, context, table)),
    }
    return Decision(**fields, hash=payload_hash(fields))


def stored_inputs(action: Action, context: Context, policy: Policy | None = None) -> JsonObject:
    """What to keep beside a decision, as JSON."""
    return {
        "action": action.model_dump(mode="json"),
        "context": context.model_dump(mode="json"),
        "policy_hash": (policy or current_policy()).hash,
    }


def recompute(inputs: JsonObject, policies: Mapping[str, Policy] | None = None) -> Decision:
    """The decision that these stored inputs gave. ``NotFound`` when their policy is not known here."""
    policy = policy_by_hash(inputs["policy_hash"], policies)
    return decide(Action.model_validate(inputs["action"]), Context.model_validate(inputs["context"]), policy)


def payload_hash(payload: JsonObject) -> str:
    """SHA-256 of a payload's canonical JSON; integers beyond 2^53, which that form cannot hold, as marked text."""
    return record_hash(_carried(payload))


def _facts(action: Action, context: Context) -> Facts:
    return {
        "kind": action.kind,
        "subject": action.subject,
        "method": action.method.upper() if action.method else None,
        "effect": action.effect,
        "unsafe": action.unsafe,
        "missing": action.missing[:1],
        "role": context.role,
        "isolation": context.isolation,
    }


def _axes(context: Context, rules: list[Rule]) -> dict[Axis, int]:
    axes = {axis: min(_UNTOUCHED, max(0, context.axes.get(axis, _UNTOUCHED))) for axis in Axis}
    for rule in rules:
        for axis, cap in rule.caps.items():
            axes[axis] = min(axes[axis], cap)
    return axes


def _weakness(axes: dict[Axis, int], band: Band) -> list[str]:
    """Why the score asks for more than the rules alone may do."""
    if band is Band.SAFE:
        return []
    weakest = min(axes, key=lambda axis: axes[axis])
    return [f"The score is {axes[weakest]} ({band.value}): {weakest.value} is the weakest axis."]


def _state_of_band(band: Band) -> State:
    return {Band.SAFE: State.ACTION_READY, Band.BORDERLINE: State.NEEDS_CONFIRM, Band.FAILING: State.BLOCKED}[band]


def _state_of_rank(rank: Rank, policy: Policy) -> State:
    return State.NEEDS_CONFIRM if rank in policy.ranks.approval else State.ACTION_READY


def _carried(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) >= _LARGEST_EXACT:
        return {"integer": str(value)}
    if isinstance(value, Mapping):
        return {str(key): _carried(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_carried(item) for item in cast("list[Any]", value)]
    return value
