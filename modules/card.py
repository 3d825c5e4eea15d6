"""The card's payload: everything an approval of a module says yes to, in one record with one hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.errors import InvalidInput
from core.hashing import record_hash
from modules.broker.address import parse_origin
from modules.broker.grant import Binding
from modules.store.drafts import Proof

KIND: Final = "module"
_EDITABLE: Final = frozenset({"hosts", "capabilities", "binding", "credentials"})


@dataclass(frozen=True, slots=True)
class ApprovedPayload:
    """An approval's answer, as ``activate`` takes it: the payload, its hash, and who said yes under which approval.

    ``draft`` is the draft it came from; ``None`` for a new grant to a version that exists.
    """

    org: str
    payload: Mapping[str, Any]
    payload_hash: str
    approval: str
    approved_by: str
    draft: str | None = None
    run: str | None = None

    @property
    def intact(self) -> bool:
        """Whether the hash is of this payload."""
        return record_hash(dict(self.payload)) == self.payload_hash


def card_payload(
    manifest: Mapping[str, Any],
    proof: Proof,
    *,
    binding: Mapping[str, str] | None = None,
    credentials: Mapping[str, str] | Sequence[Mapping[str, str]] = (),
    hosts: Iterable[str] | None = None,
    capabilities: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The payload of a proven bundle. Without ``hosts`` and ``capabilities``: all that its manifest names.

    ``credentials`` maps the manifest's names to stored references, or lists {credential, reference, origin}; without an
    origin a credential is for the module's first server. Raises ``InvalidInput`` for what the manifest does not name.
    """
    granted = sorted({str(parse_origin(host)) for host in (manifest["hosts"] if hosts is None else hosts)})
    able = sorted(set(manifest["capabilities"] if capabilities is None else capabilities))
    _within(granted, {str(parse_origin(host)) for host in manifest["hosts"]}, "host")
    _within(able, set(manifest["capabilities"]), "capability")
    return {
        "kind": KIND,
        "module": manifest["name"],
        "bundle_sha256": proof.bundle_sha256,
        "proof_hash": proof.proof_hash,
        "policy_hash": proof.proof["policy_hash"],
        "isolation": proof.proof["isolation"],
        "hosts": granted,
        "capabilities": able,
        "binding": _binding(binding or {}, granted),
        "credentials": _references(credentials, manifest, granted),
    }


def edited_payload(
    payload: Mapping[str, Any], edit: Mapping[str, Any], manifest: Mapping[str, Any], proof: Proof
) -> dict[str, Any]:
    """The payload after an edit of its card: hosts and capabilities may shrink, binding and credentials be set.

    Raises ``InvalidInput`` for anything wider or anything else: never bytes.
    """
    _within(sorted(edit), _EDITABLE, "part of a card that can be edited:")
    hosts, capabilities = edit.get("hosts", payload["hosts"]), edit.get("capabilities", payload["capabilities"])
    _within(capabilities, set(payload["capabilities"]), "capability of this card:")
    _within([str(parse_origin(host)) for host in hosts], set(payload["hosts"]), "host of this card:")
    kept = {str(parse_origin(host)) for host in hosts}
    binding = edit.get("binding", {k: v for k, v in payload["binding"].items() if _bound_origin(k) in kept})
    credentials = edit.get("credentials", [item for item in payload["credentials"] if item["origin"] in kept])
    return card_payload(
        manifest, proof, binding=binding, credentials=credentials, hosts=hosts, capabilities=capabilities
    )


def carried_over(previous: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Binding and credentials of the active grant that a new version's card begins with: what still applies."""
    hosts = {str(parse_origin(host)) for host in manifest["hosts"]}
    names = {entry["name"] for entry in manifest["credentials"]}
    return {
        "binding": {k: v for k, v in previous["binding"].items() if _bound_origin(k) in hosts},
        "credentials": [
            item for item in previous["credentials"] if item["credential"] in names and item["origin"] in hosts
        ],
    }


def _bound_origin(described: str) -> str:
    return str(Binding.parse({described: described}).entries[0][0].origin)


def _binding(binding: Mapping[str, str], hosts: Sequence[str]) -> dict[str, str]:
    parsed = Binding.parse(binding)
    _within([str(described.origin) for described, _ in parsed.entries], set(hosts), "host of the module to bind:")
    return parsed.normalised()


def _references(
    given: Mapping[str, str] | Sequence[Mapping[str, str]], manifest: Mapping[str, Any], hosts: Sequence[str]
) -> list[dict[str, str]]:
    items = [{"credential": k, "reference": v} for k, v in given.items()] if isinstance(given, Mapping) else list(given)
    first = next((str(parse_origin(host)) for host in manifest["hosts"]), "")
    full = [
        {
            "credential": item["credential"],
            "reference": item["reference"],
            "origin": str(parse_origin(item.get("origin") or first)),
        }
        for item in items
    ]
    _within([item["credential"] for item in full], {entry["name"] for entry in manifest["credentials"]}, "credential")
    _within([item["origin"] for item in full], set(hosts), "host for a credential:")
    if len({(item["credential"], item["origin"]) for item in full}) != len(full):
        raise InvalidInput("A credential has one reference for each host.")
    return sorted(full, key=lambda item: (item["credential"], item["origin"]))


def _within(given: Iterable[str], allowed: Iterable[str], what: str) -> None:
    unknown = sorted(set(given) - set(allowed))
    if unknown:
        raise InvalidInput(f"The module has no such {what} {unknown[0]!r}.")
