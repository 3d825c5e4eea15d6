"""Who acts: a value that travels from the edge down to every decision and record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """Each role may do what the ones below it may."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3
    OWNER = 4


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller: ``id`` names the key or user, ``org`` the organisation all its data belongs to."""

    id: str
    org: str
    role: Role
