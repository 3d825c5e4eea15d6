"""What an organisation has installed: modules, their operations, versions and grants, and the card of a new grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from core.database import Database
from core.errors import NotFound
from modules.bundle import Bundle
from modules.card import card_payload
from modules.manifest import PATH as MANIFEST
from modules.manifest import read_manifest
from modules.recent import Recent
from modules.store.bundles import read_bundle_of, read_file
from modules.store.drafts import read_proof
from modules.store.versions import (
    Activation,
    GrantRow,
    Version,
    list_activations,
    list_active,
    list_versions,
    newest_grant_of,
    read_active,
    read_grant,
    read_version,
)

OPERATIONS_IN_MEMORY: Final = 50_000


@dataclass(frozen=True, slots=True)
class InstalledModule:
    """A module that answers calls: where its pointer stands, what it was granted, what it says of itself."""

    activation: Activation
    grant: GrantRow
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OperationEntry:
    """One operation that can be called now, as its manifest lists it."""

    module: str
    version: int
    id: str
    summary: str
    method: str
    path: str
    effect: str


class Registry:
    """The reading side of what is installed. Manifests are remembered by bundle."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._manifests: Recent[str, dict[str, Any]] = Recent(OPERATIONS_IN_MEMORY, lambda one: len(one["operations"]))

    async def installed(self, org: str) -> list[InstalledModule]:
        """Every installed module, by name."""
        return await self._db.read(
            lambda connection: [self._module(connection, activation) for activation in list_active(connection, org)]
        )

    async def show(self, org: str, module: str) -> InstalledModule:
        """Raises ``NotFound``."""
        return await self._db.read(lambda connection: self._module(connection, _active(connection, org, module)))

    async def operations(self, org: str) -> list[OperationEntry]:
        """Every operation that can be called now."""
        return [
            OperationEntry(
                module=one.activation.module,
                version=one.activation.number,
                id=entry["id"],
                summary=entry["summary"],
                method=entry["method"],
                path=entry["path"],
                effect=entry["effect"],
            )
            for one in await self.installed(org)
            for entry in one.manifest["operations"]
        ]

    async def versions(self, org: str, module: str) -> list[Version]:
        """Newest first; empty for a module that never had one."""
        return await self._db.read(lambda connection: list_versions(connection, org, module))

    async def history(self, org: str, module: str, *, limit: int = 50) -> list[Activation]:
        """Moves of the module's pointer, newest first."""
        return await self._db.read(lambda connection: list_activations(connection, org, module, limit))

    async def bundle(self, org: str, module: str, number: int) -> Bundle:
        """The files of a version. Raises ``NotFound``."""
        return await self._db.read(
            lambda connection: read_bundle_of(connection, read_version(connection, org, module, number).bundle_sha256)
        )

    async def grant(self, org: str, module: str, number: int) -> GrantRow:
        """What a version was last granted, with its attestation. Raises ``NotFound``."""

        def query(connection: Connection) -> GrantRow:
            payload_hash = newest_grant_of(connection, read_version(connection, org, module, number))
            if payload_hash is None:
                raise NotFound(f"Version {number} of {module!r} was never installed.")
            return read_grant(connection, org, payload_hash)

        return await self._db.read(query)

    async def card(self, org: str, module: str, **chosen: Any) -> dict[str, Any]:
        """The payload of a new grant to the installed version: what it has now, but for what is ``chosen``.

        ``chosen``: hosts, capabilities, binding, credentials, as ``card_payload`` takes them. Its approval is activated
        like any other, without a draft.
        """

        def query(connection: Connection) -> dict[str, Any]:
            one = self._module(connection, _active(connection, org, module))
            now = one.grant.payload
            kept = {part: now[part] for part in ("hosts", "capabilities", "binding", "credentials")}
            return card_payload(one.manifest, read_proof(connection, now["proof_hash"]), **{**kept, **chosen})

        return await self._db.read(query)

    def _module(self, connection: Connection, activation: Activation) -> InstalledModule:
        grant = read_grant(connection, activation.org, activation.payload_hash)
        return InstalledModule(activation, grant, self._manifest(connection, activation.bundle_sha256))

    def _manifest(self, connection: Connection, bundle_sha256: str) -> dict[str, Any]:
        held = self._manifests.get(bundle_sha256)
        if held is not None:
            return held
        content = read_file(connection, bundle_sha256, MANIFEST) or b""
        return self._manifests.put(bundle_sha256, read_manifest({MANIFEST: content}))


def _active(connection: Connection, org: str, module: str) -> Activation:
    activation = read_active(connection, org, module)
    if activation is None:
        raise NotFound(f"The module {module[:80]!r} is not installed.", mend="List the installed modules first.")
    return activation
