"""What the nodes of a turn may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock
from core.ids import Ids
from gateway import Gateway
from orchestrator.tools.service import Tools


@dataclass(frozen=True, slots=True)
class TurnServices:
    """The collaborators of a turn. ``card_life`` is how long an approval stays open."""

    clock: Clock
    ids: Ids
    gateway: Gateway
    tools: Tools
    card_life: timedelta
