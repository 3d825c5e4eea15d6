"""What the composition root wires, as the routes and whoever embeds the application see it."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.clock import Clock
from core.credentials import CredentialStore
from core.database import Database
from core.events import EventLog
from core.ids import Ids
from core.keyring import Keyring
from core.settings import Settings
from gateway import Gateway, LitellmWorker
from gateway.budget import Budgets
from modules.drafts import Drafts
from modules.loader import Loader
from orchestrator.builds.service import Builds
from orchestrator.data_directory import DataDirectory
from orchestrator.governance.approvals import Approvals
from orchestrator.graph.services import TurnServices
from orchestrator.identity.service import Identity
from orchestrator.probes import Probe
from orchestrator.routing.choices import Choices
from orchestrator.routing.providers import Providers
from orchestrator.routing.service import Routing
from orchestrator.runs.service import Runs
from orchestrator.threads.service import Threads
from orchestrator.tools.catalog import Catalog
from orchestrator.tools.service import Tools
from sandbox import Runner, SandboxPolicy


@dataclass(slots=True)
class Services:
    """What the routes and the features work with. One instance a running application."""

    settings: Settings
    clock: Clock
    ids: Ids
    directory: DataDirectory
    db: Database
    events: EventLog
    keyring: Keyring
    credentials: CredentialStore
    identity: Identity
    runner: Runner
    policy: SandboxPolicy
    loader: Loader
    drafts: Drafts
    catalog: Catalog
    tools: Tools
    builds: Builds
    runs: Runs
    threads: Threads
    approvals: Approvals
    turns: TurnServices
    gateway: Gateway
    worker: LitellmWorker
    routing: Routing
    providers: Providers
    choices: Choices
    budgets: Budgets
    probes: list[Probe] = field(default_factory=list[Probe])
