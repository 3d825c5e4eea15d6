"""What holds for one module: its manifest asks, the organisation's policy caps, the smaller of the two wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, JsonValue

from sandbox.policy import Limits, SandboxPolicy
from sandbox.report import Finding, Ruling

_PLACE = "manifest.json"


class Ask(BaseModel):
    """What a manifest asks for. ``None``: whatever the policy gives. ``hosts`` are names without ports."""

    model_config = ConfigDict(frozen=True)

    imports: frozenset[str] | None = None
    capabilities: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    limits: Mapping[str, float] = {}

    @classmethod
    def of(cls, sandbox: Mapping[str, Any], capabilities: Iterable[str], hosts: Iterable[str]) -> Self:
        """From a manifest's member ``sandbox``, and the capabilities and host names that count."""
        limits = {name: sandbox[name] for name in Limits.model_fields if name in sandbox}
        imports = frozenset(sandbox["imports"]) if "imports" in sandbox else None
        return cls(imports=imports, capabilities=frozenset(capabilities), hosts=frozenset(hosts), limits=limits)


class Decision(BaseModel):
    """The policy that holds for the module, rule by rule, and a finding for each thing that it asks in vain."""

    model_config = ConfigDict(frozen=True)

    policy: SandboxPolicy
    rulings: tuple[Ruling, ...]
    refused: tuple[Finding, ...]


def decide(policy: SandboxPolicy, ask: Ask) -> Decision:
    """Rule on everything that ``ask`` names. What is asked beyond a limit is cut; beyond a set, it is a finding."""
    hosts = {host for host in ask.hosts if policy.allows_host(host)}
    imports = policy.imports if ask.imports is None else policy.imports & ask.imports
    capabilities = policy.capabilities & ask.capabilities
    rulings = [
        _of_set("imports", ask.imports, policy.imports, imports),
        _of_set("capabilities", ask.capabilities, policy.capabilities, capabilities),
        _of_set("hosts", ask.hosts, policy.hosts, hosts),
    ]
    holds: dict[str, float] = {}
    for name, allowed in policy.limits.model_dump().items():
        asked = ask.limits.get(name)
        holds[name] = allowed if asked is None else min(asked, allowed)
        by = "organisation" if asked is None or asked > allowed else "manifest"
        rulings.append(Ruling(rule=name, asked=asked, allowed=allowed, holds=holds[name], by=by))
    granted = policy.model_copy(
        update={"imports": imports, "capabilities": capabilities, "limits": Limits.model_validate(holds)}
    )
    refused = [
        *_refused("import", ask.imports or (), imports, "sandbox.imports"),
        *_refused("capability", ask.capabilities, capabilities, "sandbox.capabilities"),
        *_refused("host", ask.hosts, hosts, "sandbox.hosts"),
    ]
    return Decision(policy=granted, rulings=tuple(rulings), refused=tuple(refused))


def _of_set(rule: str, asked: frozenset[str] | None, allowed: frozenset[str] | None, holds: Iterable[str]) -> Ruling:
    held = _listed(holds)
    return Ruling(
        rule=rule,
        asked=None if asked is None else _listed(asked),
        allowed=None if allowed is None else _listed(allowed),
        holds=held,
        by="manifest" if asked is not None and _listed(asked) == held else "organisation",
    )


def _listed(names: Iterable[str]) -> list[JsonValue]:
    return [*sorted(names)]


def _refused(what: str, asked: Iterable[str], holds: Iterable[str], setting: str) -> Iterable[Finding]:
    for name in sorted(set(asked) - set(holds)):
        yield Finding(
            code=f"{what}_not_allowed",
            place=_PLACE,
            sentence=f"The owner's policy does not allow the {what} {name}.",
            hint=f"Ask for less, or, as the owner, add it to {setting}.",
            retryable=False,
        )
