"""Policies and reports are values with hashes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from core.settings import SandboxSettings
from sandbox import CaseResult, Finding, Limits, Measured, Proof, SandboxPolicy, ValidationReport


def test_the_same_policy_has_the_same_hash_whatever_its_order() -> None:
    one = SandboxPolicy(imports=frozenset({"json", "re"}))
    two = SandboxPolicy(imports=frozenset(["re", "json"]))
    assert one.policy_hash == two.policy_hash
    assert len(one.policy_hash) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"imports": frozenset({"json"})},
        {"limits": Limits(memory_mib=64)},
        {"require": "process"},
        {"capabilities": frozenset()},
    ],
)
def test_any_change_changes_the_hash(change: dict[str, object]) -> None:
    assert SandboxPolicy().model_copy(update=change).policy_hash != SandboxPolicy().policy_hash


def test_a_policy_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        SandboxPolicy().require = "process"  # type: ignore[misc]


def test_the_owner_s_settings_become_limits() -> None:
    policy = SandboxPolicy.from_settings(SandboxSettings(cpu_seconds=3, require="process"))
    assert (policy.limits.cpu_seconds, policy.require) == (3, "process")


def test_a_request_s_limits_never_exceed_the_policy_s() -> None:
    inner = Limits(wall_seconds=100, cpu_seconds=1).within(Limits(wall_seconds=5, cpu_seconds=9))
    assert (inner.wall_seconds, inner.cpu_seconds) == (5, 1)


def report(wall_seconds: float = 0.0) -> ValidationReport:
    case = CaseResult(operation="get", case="one", verdict="ok", passed=True)
    proof = Proof(bundle_sha256="0" * 64, policy_hash="1" * 64, isolation="kernel", cases=(case,))
    return ValidationReport(proof=proof, measured=Measured(wall_seconds=wall_seconds))


def test_what_was_measured_is_not_in_the_hash() -> None:
    assert report(wall_seconds=1.0).proof_hash == report(wall_seconds=2.0).proof_hash


def test_a_finding_or_a_failed_case_fails_the_report_and_changes_its_hash() -> None:
    good = report()
    assert good.passed
    assert good.proof_hash == report().proof_hash
    finding = Finding(code="x", place="a.py:1", sentence="Wrong.")
    bad = good.model_copy(update={"proof": good.proof.model_copy(update={"findings": (finding,)})})
    assert not bad.passed
    assert bad.proof_hash != good.proof_hash
    failed = good.proof.cases[0].model_copy(update={"passed": False})
    assert not good.proof.model_copy(update={"cases": (failed,)}).passed
