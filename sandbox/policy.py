"""What untrusted code may do. Deny by default: a policy names what is open, and its hash names the policy."""

from __future__ import annotations

from importlib.metadata import version
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.hashing import record_hash
from core.settings import SandboxSettings
from sandbox.guest.facades import IMPORTABLE

POLICY_VERSION = 1
"""Raised when a rule, a facade or the dialect changes: what was proven before is then proven again."""

CAPABILITIES = frozenset({"http", "files", "artifacts", "log", "progress"})


class Limits(BaseModel):
    """Bounds of one run, however many calls it makes. Waiting for the host's answers does not count as wall time."""

    model_config = ConfigDict(frozen=True)

    wall_seconds: float = Field(default=30.0, gt=0)
    cpu_seconds: int = Field(default=10, gt=0)
    memory_mib: int = Field(default=256, gt=16, description="Address space above what the interpreter has mapped.")
    output_bytes: int = Field(default=4 * 1024 * 1024, gt=0, description="One call's result as JSON.")
    frame_bytes: int = Field(default=16 * 1024 * 1024, gt=0, description="One capability request, or its answer.")

    def within(self, outer: Limits) -> Limits:
        """These limits, none of them above ``outer``'s."""
        ours, theirs = self.model_dump(), outer.model_dump()
        return Limits(**{name: min(ours[name], theirs[name]) for name in ours})


class SandboxPolicy(BaseModel):
    """Imports, capabilities, limits, and the least isolation under which anything runs."""

    model_config = ConfigDict(frozen=True)

    imports: frozenset[str] = IMPORTABLE
    capabilities: frozenset[str] = CAPABILITIES
    limits: Limits = Limits()
    require: Literal["kernel", "process"] = "kernel"

    @classmethod
    def from_settings(cls, settings: SandboxSettings) -> SandboxPolicy:
        """The default policy with the limits that the owner set."""
        limits = Limits(
            wall_seconds=settings.wall_seconds,
            cpu_seconds=settings.cpu_seconds,
            memory_mib=settings.memory_mib,
        )
        return cls(limits=limits, require=settings.require)

    @property
    def policy_hash(self) -> str:
        """SHA-256 over the rules, their version and RestrictedPython's version."""
        record = self.model_dump(mode="json")
        record["imports"], record["capabilities"] = sorted(self.imports), sorted(self.capabilities)
        return record_hash({**record, "version": POLICY_VERSION, "restrictedpython": version("restrictedpython")})
