"""The table of rules: published versions stay as they are, and a broken rule is no rule."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from orchestrator.governance.rules import Condition, current_policy, shipped_policies

PUBLISHED = {1: "07f3785ed126e94ea4165c861e4bdbece5fa4225bac2ce403232209dae2e9cc7"}


def test_a_published_policy_never_changes() -> None:
    assert {policy.version: policy.hash for policy in shipped_policies().values()} == PUBLISHED


def test_the_newest_policy_is_the_current_one() -> None:
    assert current_policy().version == max(PUBLISHED)


def test_rule_ids_are_unique_and_reasons_are_sentences() -> None:
    rules = current_policy().rules
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.reason.endswith(".") for rule in rules)


@pytest.mark.parametrize(
    ("test", "value", "holds"),
    [
        ({"is": "a"}, "a", True),
        ({"is": "a"}, None, False),
        ({"in": ["a", "b"]}, "b", True),
        ({"not_in": ["a"]}, None, True),
        ({"filled": True}, (), False),
        ({"filled": True}, ("x",), True),
        ({"filled": False}, None, True),
    ],
)
def test_conditions(test: dict[str, object], value: str | tuple[str, ...] | None, holds: bool) -> None:
    assert Condition.model_validate({"fact": "f", **test}).holds({"f": value}) is holds


@pytest.mark.parametrize("test", [{}, {"is": "a", "in": ["a"]}, {"isnt": "a"}])
def test_a_condition_has_exactly_one_test(test: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate({"fact": "f", **test})
