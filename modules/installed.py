"""An installed version in memory: verified once, its operations read when they are first called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from core.errors import NotFound
from modules.ask import held
from modules.attestation import Signer
from modules.broker import CredentialScheme, Grant
from modules.bundle import listing_sha256
from modules.card import ApprovedPayload
from modules.manifest import PATH as MANIFEST
from modules.manifest import read_manifest
from modules.operations import Operation, operation_path, schemas_of
from modules.schemas import Schema, parse_json, references
from modules.store.bundles import read_blobs, read_listing, tampered
from modules.store.versions import Activation, read_grant
from sandbox import SandboxPolicy


@dataclass(frozen=True, slots=True)
class Installed:
    """A version whose attestation, listing and grant fit together. ``listing`` gives each file's approved hash.

    ``policy`` is what of the sandbox's it runs under.
    """

    activation: Activation
    grant: Grant
    policy: SandboxPolicy
    schemes: Mapping[str, CredentialScheme]
    listing: Mapping[str, str]
    isolation: str

    @property
    def bundle_sha256(self) -> str:
        """The bytes that run."""
        return self.activation.bundle_sha256


@dataclass(frozen=True, slots=True)
class ReadyOperation:
    """An operation with its schemas, read from approved files."""

    operation: Operation
    input: Schema
    output: Schema | None


def read_installed(connection: Connection, activation: Activation, signer: Signer, policy: SandboxPolicy) -> Installed:
    """Read a version and check it from the signature down.

    Raises ``PolicyViolation`` for anything that was changed, and for what the owner's policy does not allow any more.
    """
    grant = read_grant(connection, activation.org, activation.payload_hash)
    statement = signer.verified(grant.attestation)
    approved = ApprovedPayload(
        activation.org, grant.payload, activation.payload_hash, statement["approval"], statement["approved_by"]
    )
    listing = read_listing(connection, activation.bundle_sha256)
    expected = {
        "org": activation.org,
        "module": activation.module,
        "bundle_sha256": activation.bundle_sha256,
        "payload_hash": activation.payload_hash,
        "listing_sha256": listing_sha256(listing),
    }
    if any(statement.get(name) != value for name, value in expected.items()) or not approved.intact:
        raise tampered(f"The stored version {activation.number} of {activation.module!r}")
    manifest = read_manifest(read_approved(connection, listing, [MANIFEST]))
    schemes = [CredentialScheme.from_manifest(entry) for entry in manifest["credentials"]]
    reach = Grant.from_payload(grant.payload)
    return Installed(
        activation=activation,
        grant=reach,
        policy=held(policy, manifest, reach),
        schemes={scheme.name: scheme for scheme in schemes},
        listing=listing,
        isolation=grant.payload["isolation"],
    )


def read_operation(connection: Connection, installed: Installed, name: str) -> ReadyOperation:
    """Read one operation and the definitions that it reaches, and nothing else. Raises ``NotFound``."""
    path = operation_path(name)
    if path not in installed.listing:
        raise NotFound(
            f"The module {installed.activation.module!r} has no operation {name[:80]!r}.",
            mend="List the module's operations first.",
        )
    operation = Operation.parse(read_approved(connection, installed.listing, [path])[path], path)
    given, output = schemas_of(operation, _read_definitions(connection, installed.listing, operation.references))
    return ReadyOperation(operation, given, output)


def read_approved(connection: Connection, listing: Mapping[str, str], paths: list[str]) -> dict[str, bytes]:
    """Files by path, each of the hash that the approved listing gives."""
    contents = read_blobs(connection, [listing[path] for path in paths if path in listing])
    try:
        return {path: contents[listing[path]] for path in paths}
    except KeyError as error:
        raise tampered("A file of the stored bundle") from error


def _read_definitions(connection: Connection, listing: Mapping[str, str], wanted: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while waiting := sorted(path for path in wanted - found.keys() if path in listing):
        for path, content in read_approved(connection, listing, waiting).items():
            found[path] = parse_json(content, path)
            wanted = wanted | references(found[path])
    return found
