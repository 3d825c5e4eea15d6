"""What untrusted code may do. Deny by default: a policy names what is open, and its hash names the policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError

from core.errors import InvalidInput, PolicyViolation
from core.hashing import record_hash
from core.settings import SandboxSettings
from sandbox.guest.offered import IMPORTABLE

POLICY_VERSION = 2
"""Raised when a rule, a facade or the dialect changes: what was proven before is then proven again."""

CAPABILITIES = frozenset({"http", "files", "artifacts", "log", "progress"})
_HOST_PATTERN = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*")
_MIB = 1024 * 1024


class Limits(BaseModel):
    """Bounds of one run, however many calls it makes. Waiting for the host's answers does not count as wall time."""

    model_config = ConfigDict(frozen=True)

    wall_seconds: float = Field(default=30.0, gt=0)
    cpu_seconds: int = Field(default=10, gt=0)
    memory_mib: int = Field(default=256, gt=16, description="Address space above what the interpreter has mapped.")
    output_bytes: int = Field(default=4 * _MIB, gt=0, description="One call's result as JSON.")
    frame_bytes: int = Field(default=16 * _MIB, gt=0, description="One capability request, or its answer.")
    artifacts: int = Field(default=16, ge=0, description="Artifacts of a run.")
    artifact_bytes: int = Field(default=16 * _MIB, ge=0, description="Bytes of all artifacts of a run together.")

    def within(self, outer: Limits) -> Limits:
        """These limits, none of them above ``outer``'s."""
        ours, theirs = self.model_dump(), outer.model_dump()
        return Limits(**{name: min(ours[name], theirs[name]) for name in ours})


def _known(names: Iterable[str], all_names: frozenset[str]) -> frozenset[str]:
    unknown = sorted(set(names) - all_names)
    if unknown:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(sorted(all_names))}")
    return frozenset(names)


def _imports(names: frozenset[str]) -> frozenset[str]:
    return _known(names, IMPORTABLE)


def _capabilities(names: frozenset[str]) -> frozenset[str]:
    return _known(names, CAPABILITIES)


def _host_patterns(patterns: frozenset[str] | None) -> frozenset[str] | None:
    for pattern in patterns or ():
        if not _HOST_PATTERN.fullmatch(pattern):
            raise ValueError(f"{pattern!r} is no host name: write api.example.com, or *.example.com for all below it")
    return patterns


Names = Annotated[frozenset[str], PlainSerializer(sorted, return_type=list[str], when_used="json")]
"""A set that has one order as JSON, so that it can be hashed and published."""


class SandboxPolicy(BaseModel):
    """Imports, capabilities, hosts, limits, and the least isolation under which anything runs."""

    model_config = ConfigDict(frozen=True)

    imports: Annotated[Names, AfterValidator(_imports)] = IMPORTABLE
    capabilities: Annotated[Names, AfterValidator(_capabilities)] = CAPABILITIES
    hosts: Annotated[Names | None, AfterValidator(_host_patterns)] = Field(
        default=None,
        description="Names that modules may ask to reach, *.example.com for all below one; any when null.",
    )
    limits: Limits = Limits()
    require: Literal["kernel", "process"] = "kernel"

    @classmethod
    def from_settings(cls, settings: SandboxSettings) -> SandboxPolicy:
        """The policy that the owner set. Raises ``InvalidInput`` for a name that means nothing."""
        given = settings.model_dump(exclude_none=True)
        sets = {name: given[name] for name in ("imports", "capabilities", "hosts") if name in given}
        limits = {name: given[name] for name in Limits.model_fields if name in given}
        try:
            return cls.model_validate({**sets, "limits": limits, "require": settings.require})
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"]))
            raise InvalidInput(
                f"sandbox.{name}: {first['msg'].removeprefix('Value error, ')}.", mend="Correct the setting."
            ) from error

    def check_grants(self, capabilities: frozenset[str]) -> None:
        """Raise ``PolicyViolation`` for a capability that nobody gets here."""
        excess = capabilities - self.capabilities
        if excess:
            raise PolicyViolation(f"The policy does not grant {', '.join(sorted(excess))}.")

    def allows_host(self, name: str) -> bool:
        """Whether modules may ask to reach the host ``name`` (lower case, without port)."""
        if self.hosts is None or name in self.hosts:
            return True
        above = name.split(".")[1:]
        return any(f"*.{'.'.join(above[start:])}" in self.hosts for start in range(len(above)))

    @property
    def policy_hash(self) -> str:
        """SHA-256 over the rules, their version and RestrictedPython's version."""
        return record_hash(
            {**self.model_dump(mode="json"), "version": POLICY_VERSION, "restrictedpython": version("restrictedpython")}
        )
