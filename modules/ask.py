"""What a module asks of the sandbox, and what of it the owner's policy gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.errors import PolicyViolation
from modules.broker import EgressDenied, Grant, Origin, parse_origin
from sandbox import Ask, SandboxPolicy, decide


def asked(manifest: Mapping[str, Any]) -> Ask:
    """The whole of what ``manifest`` asks; nothing where it could not be read."""
    hosts = _names(_origins(manifest.get("hosts", ())))
    return Ask.of(manifest.get("sandbox", {}), manifest.get("capabilities", ()), hosts)


def held(policy: SandboxPolicy, manifest: Mapping[str, Any], grant: Grant) -> SandboxPolicy:
    """The policy under which an installed module runs: what its approval grants, within what the owner allows today.

    Raises ``PolicyViolation`` where the owner's policy has since been narrowed below what was approved.
    """
    decision = decide(policy, Ask.of(manifest.get("sandbox", {}), grant.capabilities, _names(grant.hosts)))
    for finding in decision.refused:
        raise PolicyViolation(
            f"{manifest['name']} was approved for more than is allowed now. {finding.sentence}",
            mend="Narrow the module's reach, or, as the owner, widen the policy (sandbox.* in the settings).",
        )
    return decision.policy


def _origins(hosts: Iterable[str]) -> Iterator[Origin]:
    for host in hosts:
        try:
            yield parse_origin(host)
        except EgressDenied:  # its own finding
            continue


def _names(origins: Iterable[Origin]) -> set[str]:
    return {origin.host for origin in origins}
