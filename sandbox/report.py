"""What a validation says: findings with mends, and a proof whose hash stands on the card."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from core.hashing import record_hash


class Finding(BaseModel):
    """One thing that is wrong, where, and what to do. ``retryable``: another attempt at the code may mend it."""

    model_config = ConfigDict(frozen=True)

    code: str
    place: str
    sentence: str
    hint: str = ""
    retryable: bool = True


class Made(BaseModel):
    """An artifact that a case made, after it was checked and scrubbed; ``bytes`` is its size."""

    model_config = ConfigDict(frozen=True)

    name: str
    media_type: str
    sha256: str
    bytes: int


class CaseResult(BaseModel):
    """How one contract case ended, and what it made.

    ``place``: the file and line at which it ended badly, where that is known.
    """

    model_config = ConfigDict(frozen=True)

    operation: str
    case: str
    verdict: str
    passed: bool
    sentence: str = ""
    place: str = ""
    artifacts: tuple[Made, ...] = ()


class Ruling(BaseModel):
    """One rule of the policy for one module: what its manifest asked (null: nothing in particular), what the
    organisation allows, what holds, and who decided that.
    """

    model_config = ConfigDict(frozen=True)

    rule: str
    asked: JsonValue
    allowed: JsonValue
    holds: JsonValue
    by: Literal["manifest", "organisation"]


class Proof(BaseModel):
    """The deterministic part: the same bundle under the same policy on the same level gives the same bytes.

    ``findings`` are what was found before anything ran, ``violations`` what the sandbox stopped while cases ran.
    """

    model_config = ConfigDict(frozen=True)

    bundle_sha256: str
    policy_hash: str
    isolation: str
    rulings: tuple[Ruling, ...] = ()
    code_sha256: dict[str, str] = {}
    findings: tuple[Finding, ...] = ()
    violations: tuple[Finding, ...] = ()
    cases: tuple[CaseResult, ...] = ()

    @property
    def passed(self) -> bool:
        """No findings, no violations, and every case passed."""
        return not self.findings and not self.violations and all(case.passed for case in self.cases)


class Measured(BaseModel):
    """What differs from run to run: beside the proof, never hashed."""

    model_config = ConfigDict(frozen=True)

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    max_rss_kib: int = 0


class ValidationReport(BaseModel):
    """The one source for the card, the repair loop and the record."""

    model_config = ConfigDict(frozen=True)

    proof: Proof
    measured: Measured = Measured()

    @property
    def proof_hash(self) -> str:
        """SHA-256 of the proof's canonical JSON."""
        return record_hash(self.proof.model_dump(mode="json"))

    @property
    def passed(self) -> bool:
        """Whether the proof passed."""
        return self.proof.passed
