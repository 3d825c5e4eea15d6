"""Values of identity: keys, and how long what opens the door stays good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from core.actor import Actor, Role

HOME_ORG = "home"
"""The organisation that an installation begins with."""

LINK_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(days=30)


class KeyKind(StrEnum):
    """``owner``: the key in the file beside the data. ``program``: one that was handed out."""

    OWNER = "owner"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret, which nobody can show again."""

    id: str
    org: str
    name: str
    kind: KeyKind
    role: Role
    created_at: str
    revoked_at: str | None

    @property
    def actor(self) -> Actor:
        return Actor(id=self.id, org=self.org, role=self.role)

    def as_dict(self) -> dict[str, Any]:
        """As shown to people: the role by its name."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind.value,
            "role": self.role.name.lower(),
            "created_at": self.created_at,
            "revoked_at": self.revoked_at,
        }
