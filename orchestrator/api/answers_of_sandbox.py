"""What the route of the sandbox answers, as a schema."""

from __future__ import annotations

from typing import Literal

from orchestrator.api.answer import Answer
from sandbox import SandboxPolicy


class SandboxLayer(Answer):
    """``detail``: what of it is there; ``why`` and ``leaves_open``: where it is not enforced."""

    name: str
    enforced: bool
    required: bool
    detail: str
    why: str
    leaves_open: str


class SandboxReport(Answer):
    """``escapes``: attacks of the self-test that did not end as they must."""

    level: Literal["kernel", "process", "none"]
    require: Literal["kernel", "process"]
    sufficient: bool
    layers: list[SandboxLayer]
    escapes: list[str]
    policy: SandboxPolicy
    policy_hash: str
