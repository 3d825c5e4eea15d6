"""Rules as data: versioned tables in ``policies/``, read once, named by their hash."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType

from pydantic import Field, model_validator

from core.errors import NotFound
from core.hashing import record_hash
from orchestrator.governance.model import Axis, Band, Rank, State, Value

Fact = str | tuple[str, ...] | None
Facts = Mapping[str, Fact]
_PLACE = re.compile(r"\{(\w+)\}")


class Condition(Value):
    """A test of one fact. Exactly one of ``is``, ``in``, ``not_in`` and ``filled`` is given."""

    fact: str
    equals: str | None = Field(default=None, alias="is")
    among: tuple[str, ...] | None = Field(default=None, alias="in")
    not_among: tuple[str, ...] | None = Field(default=None, alias="not_in")
    filled: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        tests = (self.equals, self.among, self.not_among, self.filled)
        if sum(test is not None for test in tests) != 1:
            raise ValueError("a condition has exactly one of: is, in, not_in, filled")
        return self

    def holds(self, facts: Facts) -> bool:
        """Whether the facts pass the test. An unknown fact is one without a value."""
        value = facts.get(self.fact)
        if self.filled is not None:
            return bool(value) == self.filled
        if self.among is not None:
            return value in self.among
        if self.not_among is not None:
            return value not in self.not_among
        return value == self.equals


class Rule(Value):
    """When all conditions hold: at least this state and rank, and at most these values on the axes."""

    id: str
    when: tuple[Condition, ...]
    state: State
    rank: Rank
    caps: dict[Axis, int] = Field(default_factory=dict[Axis, int])
    reason: str

    def applies(self, facts: Facts) -> bool:
        """Whether every condition holds."""
        return all(condition.holds(facts) for condition in self.when)

    def explain(self, facts: Facts) -> str:
        """The reason with the facts in it."""
        return _PLACE.sub(lambda place: _shown(facts.get(place.group(1))), self.reason)


class RankTable(Value):
    """What a rank means: flagged ones are shown to a person, approval ones wait for one."""

    flagged: tuple[Rank, ...]
    approval: tuple[Rank, ...]


class BandTable(Value):
    """The least score of SAFE and of BORDERLINE."""

    safe: int
    borderline: int

    def band(self, score: int) -> Band:
        """What a score amounts to."""
        if score >= self.safe:
            return Band.SAFE
        return Band.BORDERLINE if score >= self.borderline else Band.FAILING


class Policy(Value):
    """One version of the table. ``hash`` is over its content."""

    version: int
    ranks: RankTable
    bands: BandTable
    rules: tuple[Rule, ...]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the policy's canonical JSON."""
        return record_hash(self.model_dump(mode="json", by_alias=True))


@cache
def shipped_policies() -> Mapping[str, Policy]:
    """Every policy that ever shipped, by hash, oldest first: past decisions are recomputed with theirs."""
    found: list[Policy] = []
    for entry in files("orchestrator.governance").joinpath("policies").iterdir():
        if entry.name.endswith(".toml"):
            found.append(Policy.model_validate(tomllib.loads(entry.read_text(encoding="utf-8"))))
    found.sort(key=lambda policy: policy.version)
    return MappingProxyType({policy.hash: policy for policy in found})


def current_policy() -> Policy:
    """The newest shipped policy."""
    return list(shipped_policies().values())[-1]


def policy_by_hash(policy_hash: str, policies: Mapping[str, Policy] | None = None) -> Policy:
    """The policy a decision was made with. ``NotFound`` when it is not known here."""
    known = shipped_policies() if policies is None else policies
    policy = known.get(policy_hash)
    if policy is None:
        raise NotFound(f"No policy with the hash {policy_hash} is known.", mend="Keep the release that made it.")
    return policy


def _shown(fact: Fact) -> str:
    return ", ".join(fact) if isinstance(fact, tuple) else str(fact)
