"""The whole of ``modules`` on real parts: database, sandbox, broker, and a loopback service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.credentials import CredentialStore
from core.database import Database
from core.hashing import record_hash
from core.ids import TimeOrderedIds
from core.keyring import Keyring
from core.settings import SandboxSettings
from modules.attestation import Signer, open_signer
from modules.broker import Broker, BrokerLimits
from modules.builder import build_openapi
from modules.card import ApprovedPayload
from modules.codecache import CodeCache
from modules.drafts import Drafts
from modules.lifecycle import Lifecycle
from modules.loader import Loader
from modules.proven_code import ProvenCode
from modules.store.drafts import Draft
from modules.store.versions import Activation
from sandbox import LocalRunner, SandboxPolicy
from tests.integration.modules.notes_service import NotesService, description

ORG = "org"


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@dataclass
class Workshop:
    """Everything wired together, and the steps of the story in short."""

    database: Database
    folder: Path
    credentials: CredentialStore
    signer: Signer
    runner: LocalRunner
    policy: SandboxPolicy
    broker: Broker
    cache: CodeCache
    drafts: Drafts
    lifecycle: Lifecycle
    service: NotesService
    approvals: int = 0
    made: dict[str, Any] = field(default_factory=dict)

    def loader(self) -> Loader:
        """A loader that remembers nothing, as after a restart."""
        cache = CodeCache(self.folder / "code-cache")
        code = ProvenCode(self.database, runner=self.runner, policy=self.policy, cache=cache)
        return Loader(
            self.database, runner=self.runner, policy=self.policy, code=code, broker=self.broker, signer=self.signer
        )

    async def draft(self, changes: dict[str, bytes | None] | None = None, *, title: str = "Notes") -> Draft:
        built = await build_openapi(json.dumps(description(title)).encode())
        files = {path: data for path, data in {**built.files, **(changes or {})}.items() if data is not None}
        return await self.drafts.create(ORG, files, actor="me", key=record_hash([title, sorted(changes or {})]))

    async def validated(self, changes: dict[str, bytes | None] | None = None, *, title: str = "Notes") -> Draft:
        draft = await self.draft(changes, title=title)
        marked, report = await self.drafts.validate(ORG, draft.id)
        assert report.passed, (report.proof.findings, [case for case in report.proof.cases if not case.passed])
        return marked

    async def approved(self, draft: Draft, **chosen: Any) -> ApprovedPayload:
        payload = await self.drafts.card(ORG, draft.id, **{"binding": self.binding, **chosen})
        self.approvals += 1
        return ApprovedPayload(ORG, payload, record_hash(payload), f"approval-{self.approvals}", "owner", draft.id)

    async def installed(self, draft: Draft | None = None, **chosen: Any) -> Activation:
        approved = await self.approved(draft or await self.validated(), **chosen)
        return await self.database.write(lambda tx: self.lifecycle.activate(tx, approved))

    @property
    def binding(self) -> dict[str, str]:
        return {"https://notes.example/v1": self.service.origin}

    async def roll_back(self, key: str, to: int | None = None) -> Activation:
        return await self.database.write(
            lambda tx: self.lifecycle.roll_back(tx, ORG, "notes", key=key, actor="owner", to=to)
        )


@pytest.fixture
async def service() -> AsyncIterator[NotesService]:
    notes = NotesService()
    server = await asyncio.start_server(notes.serve, "127.0.0.1", 0)
    notes.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield notes
    server.close()


@pytest.fixture
async def workshop(database: Database, data_dir: Path, service: NotesService) -> AsyncIterator[Workshop]:
    settings = SandboxSettings(require="process", wall_seconds=5.0)
    policy = SandboxPolicy.from_settings(settings)
    keyring = Keyring(data_dir / "keyring")
    credentials = CredentialStore(database, keyring)
    broker = Broker(BrokerLimits(), vault=credentials)
    cache = CodeCache(data_dir / "code-cache")
    ids = TimeOrderedIds(SystemClock())
    signer = await open_signer(database, keyring)
    async with LocalRunner(policy, settings) as runner:
        yield Workshop(
            database=database,
            folder=data_dir,
            credentials=credentials,
            signer=signer,
            runner=runner,
            policy=policy,
            broker=broker,
            cache=cache,
            drafts=Drafts(database, ids, runner=runner, policy=policy, cache=cache, broker=broker),
            lifecycle=Lifecycle(ids, signer),
            service=service,
        )
    await broker.aclose()
