"""What the sandbox stopped becomes a finding; what the code did by itself does not."""

from __future__ import annotations

import pytest

from sandbox import CaseResult, Proof, Verdict, violations


def case(verdict: Verdict, place: str = "") -> CaseResult:
    return CaseResult(operation="get", case="one", verdict=verdict, passed=False, sentence="it ended", place=place)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_either_the_code_s_own_or_has_a_mend(verdict: Verdict) -> None:
    found = list(violations([case(verdict)]))
    own = verdict in (Verdict.OK, Verdict.EXCEPTION, Verdict.POLICY_REJECTED)
    assert len(found) == (0 if own else 1)
    for finding in found:
        assert finding.hint
        assert finding.retryable is verdict.repairable


def test_a_violation_is_found_at_its_line_or_else_at_its_cases() -> None:
    placed, plain = violations([case(Verdict.MEMORY_EXCEEDED, "a.py:3"), case(Verdict.CRASHED)])
    assert (placed.place, plain.place) == ("a.py:3", "tests/get.json")


def test_a_security_event_is_never_offered_for_repair() -> None:
    (finding,) = violations([case(Verdict.KILLED_BY_POLICY)])
    assert not finding.retryable
    assert "hostile" in finding.hint


def test_a_violation_alone_fails_a_proof() -> None:
    proof = Proof(bundle_sha256="0" * 64, policy_hash="1" * 64, isolation="kernel")
    assert proof.passed
    assert not proof.model_copy(update={"violations": tuple(violations([case(Verdict.CRASHED)]))}).passed
