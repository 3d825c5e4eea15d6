"""What the nodes of a build may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.database import Database
from core.ids import Ids
from core.settings import LimitSettings
from modules.broker import Broker
from modules.drafts import Drafts
from modules.lifecycle import Lifecycle
from orchestrator.governance.model import Level
from sandbox import SandboxPolicy


@dataclass(frozen=True, slots=True)
class BuildServices:
    """The collaborators of a build. ``card_life`` is how long its card stays open."""

    db: Database
    ids: Ids
    limits: LimitSettings
    broker: Broker
    drafts: Drafts
    policy: SandboxPolicy
    lifecycle: Lifecycle
    card_life: timedelta
    isolation: Level
