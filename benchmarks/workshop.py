"""Everything of ``modules`` wired together in this process on a folder of its own: build, prove, install, call."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.clock import SystemClock
from core.credentials import CredentialStore
from core.database import Database, migrate, open_database
from core.hashing import record_hash, sha256_hex
from core.ids import TimeOrderedIds
from core.keyring import Keyring
from core.settings import SandboxSettings
from modules.attestation import open_signer
from modules.broker import Broker, BrokerLimits
from modules.builder import build_openapi
from modules.bundle import Bundle
from modules.card import ApprovedPayload
from modules.codecache import CodeCache
from modules.drafts import Drafts
from modules.lifecycle import Lifecycle
from modules.loader import Loader
from modules.proven_code import ProvenCode
from modules.validation import failing_operations, without_operations
from sandbox import LocalRunner, SandboxPolicy

ORG = "local"
ACTOR = "benchmark"


@dataclass(frozen=True)
class ProvenModule:
    """A validated draft: its manifest and files, and the operations that its proof spoke against."""

    draft: str
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    dropped: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.manifest["name"]


@dataclass(frozen=True)
class Workshop:
    """The parts, and the way from a document to a module that answers calls."""

    database: Database
    credentials: CredentialStore
    drafts: Drafts
    lifecycle: Lifecycle
    loader: Loader

    async def prove(self, document: bytes, *, name: str | None = None) -> ProvenModule:
        """Build and prove a document; operations that the proof speaks against are left out, each with its reason.

        Raises what the product raises.
        """
        built = await build_openapi(document, name=name)
        files, dropped, key = dict(built.files), dict[str, str](), sha256_hex(document + (name or "").encode())
        while True:
            draft = await self.drafts.create(ORG, files, actor=ACTOR, key=f"{key}/{len(dropped)}")
            _, report = await self.drafts.validate(ORG, draft.id)
            failing = {} if report.passed else failing_operations(report, Bundle(files))
            if not failing:
                return ProvenModule(draft.id, built.manifest, files, dropped)
            dropped |= failing
            files = dict(without_operations(Bundle(files), failing).files)

    async def install(self, module: ProvenModule, **chosen: Any) -> None:
        """Approve and activate; ``chosen`` as ``Drafts.card`` takes it (binding, credentials, ...)."""
        payload = await self.drafts.card(ORG, module.draft, **chosen)
        approval = f"approval:{module.draft}"
        approved = ApprovedPayload(ORG, payload, record_hash(payload), approval, ACTOR, module.draft)
        await self.database.write(lambda tx: self.lifecycle.activate(tx, approved))


@contextlib.asynccontextmanager
async def open_workshop(folder: Path) -> AsyncIterator[Workshop]:
    """A workshop on ``folder``; the sandbox holds as much as this host can enforce."""
    url = f"sqlite:///{folder / 'nexus.db'}"
    migrate(url)
    settings = SandboxSettings(require="process")
    policy = SandboxPolicy.from_settings(settings)
    database, keyring, ids = open_database(url), Keyring(folder / "keyring"), TimeOrderedIds(SystemClock())
    store = CredentialStore(database, keyring)
    broker, cache = Broker(BrokerLimits(), vault=store), CodeCache(folder / "code-cache")
    signer = await open_signer(database, keyring)
    try:
        async with LocalRunner(policy, settings) as runner:
            code = ProvenCode(database, runner=runner, policy=policy, cache=cache)
            yield Workshop(
                database=database,
                credentials=store,
                drafts=Drafts(database, ids, runner=runner, policy=policy, cache=cache),
                lifecycle=Lifecycle(ids, signer),
                loader=Loader(database, runner=runner, policy=policy, code=code, broker=broker, signer=signer),
            )
    finally:
        await broker.aclose()
        await database.aclose()
