"""Code of installed versions: from the cache by its proven hash, or compiled again from the approved source."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from core.database import Database
from core.errors import PolicyViolation
from modules.codecache import CodeCache
from modules.installed import Installed, read_approved
from modules.operations import Operation
from modules.recent import Recent
from modules.store.bundles import read_bundle_of, read_code, record_code
from modules.validation import prove
from sandbox import Runner, SandboxPolicy

HASHES_IN_MEMORY: Final = 200_000


class ProvenCode:
    """Finds code objects for the loader. Nothing is unmarshalled here."""

    def __init__(self, db: Database, *, runner: Runner, policy: SandboxPolicy, cache: CodeCache) -> None:
        self._db = db
        self._runner = runner
        self._policy = policy
        self._cache = cache
        self._recorded_hashes: Recent[str, dict[str, str]] = Recent(HASHES_IN_MEMORY, len)
        self._proving = asyncio.Lock()

    async def modules(self, installed: Installed, operation: Operation) -> dict[str, bytes]:
        """Code by the bare name it is imported with, every byte of it of its proven hash.

        Raises ``PolicyViolation`` for a version that does not pass its proof here, or whose code is not the proven one.
        """
        recorded = await self._recorded(installed)
        sources = operation.sources
        found = {
            path: self._cache.read(path, installed.listing[path], recorded[path])
            for path in sources.values()
            if path in recorded
        }
        if len(found) < len(sources) or not all(found.values()):
            found |= await self._compile(installed, list(sources.values()), recorded)
        return {name: found[path] or b"" for name, path in sources.items()}

    async def _recorded(self, installed: Installed) -> dict[str, str]:
        """Hashes of the version's code. A bundle that this toolchain has not proven yet is proven first."""
        held = self._recorded_hashes.get(installed.bundle_sha256)
        if held is not None:
            return held
        async with self._proving:
            toolchain = self._cache.toolchain
            sha256 = installed.bundle_sha256
            recorded = await self._db.read(lambda connection: read_code(connection, sha256, toolchain))
            if not recorded:
                recorded = await self._prove_again(installed)
            return self._recorded_hashes.put(sha256, recorded)

    async def _prove_again(self, installed: Installed) -> dict[str, str]:
        sha256 = installed.bundle_sha256
        bundle = await self._db.read(lambda connection: read_bundle_of(connection, sha256))
        report = await prove(bundle, self._runner, self._policy, cache=self._cache)
        if not report.passed:
            raise PolicyViolation(
                f"Version {installed.activation.number} of {installed.activation.module!r} does not pass its "
                "proof with this version of Python and the sandbox.",
                mend="Build the module again, or roll back to a version that passes.",
            )
        recorded = report.proof.code_sha256
        await self._db.write(lambda tx: record_code(tx, sha256, self._cache.toolchain, recorded))
        return recorded

    async def _compile(self, installed: Installed, paths: list[str], recorded: Mapping[str, str]) -> dict[str, bytes]:
        """Code that the cache does not have, compiled from the approved source. Its hash must be the proven one."""
        sources = await self._db.read(lambda connection: read_approved(connection, installed.listing, paths))
        result = await self._runner.compile(sources)
        codes = {path: part.code for path, part in result.compiled.items()}
        if any(path not in codes or result.compiled[path].sha256 != recorded.get(path) for path in paths):
            raise PolicyViolation(
                f"The code of {installed.activation.module!r} is not what was proven.",
                mend="Validate and approve the module again.",
            )
        await asyncio.to_thread(self._cache.write, installed.listing, codes)
        return codes
