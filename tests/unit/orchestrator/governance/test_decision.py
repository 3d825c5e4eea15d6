"""The one governance answer: what it is for each kind of action, and that it can be computed again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFound
from orchestrator.governance.decision import decide, payload_hash, recompute, stored_inputs
from orchestrator.governance.model import Action, ActionKind, Axis, Band, Context, Rank, State
from orchestrator.governance.rules import Condition, Rule, current_policy

CONTEXT = Context(actor="key-1", org="org-1", role="OWNER", isolation="kernel")
ORDER = list(State)
RANKS = list(Rank)


def call(**more: Any) -> Action:
    return Action(**{"kind": "tool.call", "subject": "tides__next", "method": "GET", "effect": "read", **more})


def test_reading_happens_at_once() -> None:
    decision = decide(call(), CONTEXT)
    assert (decision.state, decision.rank, decision.band) == (State.ACTION_READY, Rank.E, Band.SAFE)
    assert decision.payload is None
    assert not decision.flagged


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "post", "WHATEVER"])
def test_any_other_method_asks_first_with_its_arguments(method: str) -> None:
    decision = decide(call(method=method, effect="write", arguments={"note": "hi"}), CONTEXT)
    assert decision.state is State.NEEDS_CONFIRM
    assert decision.payload == {"kind": "tool.call", "subject": "tides__next", "arguments": {"note": "hi"}}
    assert decision.payload_hash == payload_hash(decision.payload or {})


@pytest.mark.parametrize("more", [{"effect": "write"}, {"effect": None}, {"unsafe": ("deletes",)}])
def test_a_get_that_is_not_described_as_safe_asks_first(more: dict[str, Any]) -> None:
    assert decide(call(**more), CONTEXT).state is State.NEEDS_CONFIRM


def test_one_missing_input_is_named_and_blocks_whatever_else_holds() -> None:
    decision = decide(call(method="DELETE", effect="write", missing=("latitude", "longitude")), CONTEXT)
    assert (decision.state, decision.missing) == (State.BLOCKED, "latitude")
    assert "latitude" in " ".join(decision.reasons)
    assert "longitude" not in " ".join(decision.reasons)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (ActionKind.MODULE_BUILD, State.ACTION_READY),
        (ActionKind.MODULE_ROLLBACK, State.ACTION_READY),
        (ActionKind.MODULE_PROMOTE, State.NEEDS_CONFIRM),
        (ActionKind.MODULE_INSTALL, State.NEEDS_CONFIRM),
        (ActionKind.MODULE_GRANT, State.NEEDS_CONFIRM),
        ("something.new", State.NEEDS_CONFIRM),
    ],
)
def test_actions_on_modules(kind: str, state: State) -> None:
    assert decide(Action(kind=kind, subject="tides"), CONTEXT).state is state


def test_a_wider_grant_ranks_highest_and_a_rollback_is_flagged() -> None:
    assert decide(Action(kind=ActionKind.MODULE_GRANT, subject="tides"), CONTEXT).rank is Rank.S
    rollback = decide(Action(kind=ActionKind.MODULE_ROLLBACK, subject="tides"), CONTEXT)
    assert (rollback.rank, rollback.flagged) == (Rank.C, True)


def test_weaker_isolation_is_written_on_every_decision_but_blocks_nothing() -> None:
    weaker = CONTEXT.model_copy(update={"isolation": "process"})
    decision = decide(call(), weaker)
    assert decision.state is State.ACTION_READY
    assert "sandbox.weaker" in decision.rules
    assert decision.flagged


def test_an_approval_answers_for_exactly_its_payload() -> None:
    action = call(method="POST", effect="write", arguments={"n": 1})
    approved = CONTEXT.model_copy(update={"approved_payload_hash": decide(action, CONTEXT).payload_hash})
    assert decide(action, approved).state is State.ACTION_READY
    assert "approval.given" in decide(action, approved).rules
    other = action.model_copy(update={"arguments": {"n": 2}})
    assert decide(other, approved).state is State.NEEDS_CONFIRM
    blocked = action.model_copy(update={"missing": ("m",)})
    assert decide(blocked, approved).state is State.BLOCKED


def test_a_card_brings_its_own_payload() -> None:
    payload = {"bundle": "ab" * 32, "hosts": ["https://tides.example:443"]}
    decision = decide(Action(kind="module.install", subject="tides", payload=payload), CONTEXT)
    assert decision.payload == payload
    assert decision.payload_hash == payload_hash(payload)


@pytest.mark.parametrize(("trust", "state"), [(100, "ACTION_READY"), (60, "ACTION_READY"), (59, "NEEDS_CONFIRM")])
def test_the_weakest_axis_is_the_score(trust: int, state: str) -> None:
    decision = decide(call(), CONTEXT.model_copy(update={"axes": {Axis.TRUST: trust}}))
    assert (decision.score, decision.state.value) == (trust, state)


def test_a_failing_score_blocks_and_names_the_axis() -> None:
    decision = decide(call(), CONTEXT.model_copy(update={"axes": {Axis.COMPUTE_COST: 29}}))
    assert (decision.state, decision.band) == (State.BLOCKED, Band.FAILING)
    assert "compute_cost" in " ".join(decision.reasons)


def test_integers_that_json_readers_lose_still_have_a_hash() -> None:
    assert payload_hash({"n": 2**60}) != payload_hash({"n": 2**60 + 1})
    assert payload_hash({"n": 2**60}) != payload_hash({"n": str(2**60)})


def test_words_of_an_action_never_become_other_facts() -> None:
    decision = decide(call(subject="{isolation}", method="POST"), CONTEXT)
    assert any(reason.startswith("{isolation} is a POST") for reason in decision.reasons)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ACTIONS = st.builds(
    Action,
    kind=st.sampled_from([*(kind.value for kind in ActionKind), "other"]),
    subject=st.text(max_size=10),
    arguments=st.dictionaries(st.text(max_size=5), JSON, max_size=3),
    method=st.none() | st.sampled_from(["GET", "HEAD", "POST", "DELETE", "get"]),
    effect=st.none() | st.sampled_from(["read", "write"]),
    unsafe=st.lists(st.text(min_size=1, max_size=5), max_size=2).map(tuple),
    missing=st.lists(st.text(min_size=1, max_size=5), max_size=2).map(tuple),
)
CONTEXTS = st.builds(
    Context,
    actor=st.text(max_size=5),
    org=st.text(max_size=5),
    role=st.sampled_from(["VIEWER", "OWNER"]),
    isolation=st.none() | st.sampled_from(["kernel", "process", "none"]),
    axes=st.dictionaries(st.sampled_from(list(Axis)), st.integers(-10, 200), max_size=6),
)
RULES = st.builds(
    Rule,
    id=st.just("extra"),
    when=st.sampled_from(
        [(), (Condition.model_validate({"fact": "kind", "is": "tool.call"}),), (Condition(fact="unsafe", filled=True),)]
    ),
    state=st.sampled_from(ORDER),
    rank=st.sampled_from(RANKS),
    caps=st.dictionaries(st.sampled_from(list(Axis)), st.integers(0, 100), max_size=6),
    reason=st.just("because"),
)


@given(ACTIONS, CONTEXTS)
def test_a_decision_is_recomputed_from_what_was_stored(action: Action, context: Context) -> None:
    stored = json.loads(json.dumps(stored_inputs(action, context)))
    assert recompute(stored) == decide(action, context)
    assert recompute(stored).hash == decide(action, context).hash


@given(ACTIONS, CONTEXTS, RULES)
def test_another_rule_never_loosens(action: Action, context: Context, rule: Rule) -> None:
    policy = current_policy()
    before = decide(action, context, policy)
    after = decide(action, context, policy.model_copy(update={"rules": (*policy.rules, rule)}))
    assert ORDER.index(after.state) >= ORDER.index(before.state)
    assert RANKS.index(after.rank) >= RANKS.index(before.rank)
    assert after.score <= before.score


@given(ACTIONS, CONTEXTS)
def test_the_strictest_of_rules_rank_and_score_wins(action: Action, context: Context) -> None:
    decision = decide(action, context)
    policy = current_policy()
    for rule in policy.rules:
        if rule.id in decision.rules:
            assert ORDER.index(decision.state) >= ORDER.index(rule.state)
    if decision.rank in policy.ranks.approval or decision.band is Band.BORDERLINE:
        assert decision.state is not State.ACTION_READY
    if action.missing:
        assert decision.state is State.BLOCKED
    assert decision.reasons


@given(ACTIONS, CONTEXTS)
def test_only_plain_reading_and_what_was_granted_goes_unasked(action: Action, context: Context) -> None:
    decision = decide(action, context)
    if decision.state is State.ACTION_READY and action.kind == "tool.call":
        assert action.effect == "read"
        assert (action.method or "GET").upper() in ("GET", "HEAD")
        assert not action.unsafe


def test_a_decision_of_an_unknown_policy_is_not_invented() -> None:
    stored = stored_inputs(call(), CONTEXT)
    with pytest.raises(NotFound):
        recompute({**stored, "policy_hash": "00" * 32})


def test_a_decision_is_json_both_ways() -> None:
    decision = decide(call(method="POST"), CONTEXT)
    assert type(decision).model_validate_json(decision.model_dump_json()) == decision
