"""What models are called here: ``nexus/`` and a tier, a purpose, a configured model, or the companion itself."""

from __future__ import annotations

from dataclasses import dataclass

from gateway import GatewayConfig, Purpose
from gateway.config import TIERS, Tier
from orchestrator.api.openai.errors import UnknownModel

PREFIX = "nexus/"
COMPANION = PREFIX + "companion"
EMBED = PREFIX + Purpose.EMBED.value


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: to a model by the routing, or (``companion``) through a whole turn of a conversation."""

    purpose: Purpose = Purpose.CHAT
    tier: Tier | None = None
    model: str | None = None
    companion: bool = False


def targets(config: GatewayConfig) -> dict[str, Target]:
    """Every name that can be talked to. Our own words outrank a configured model of the same name."""
    return {
        COMPANION: Target(companion=True),
        **{PREFIX + name: Target(model=name) for name in config.models},
        **{PREFIX + purpose.value: Target(purpose) for purpose in Purpose if purpose is not Purpose.EMBED},
        **{PREFIX + tier: Target(tier=tier) for tier in TIERS},
    }


def target(config: GatewayConfig, name: str) -> Target:
    """Where a call of the model ``name`` goes. Raises ``UnknownModel``."""
    found = targets(config).get(name)
    if found is None:
        raise unknown(name)
    return found


def embedding_model(config: GatewayConfig, name: str) -> str | None:
    """The configured model behind ``name``; ``None`` leaves it to the routing. Raises ``UnknownModel``."""
    model = name.removeprefix(PREFIX)
    if name == EMBED:
        return None
    if name == model or model not in config.models:
        raise unknown(name)
    return model


def listed(config: GatewayConfig, org: str) -> list[str]:
    """Every name in the list of models; the one for embeddings where the routing has a model for it."""
    embeds = [EMBED] if config.purpose(Purpose.EMBED, org).models else []
    return [*targets(config), *embeds]


def unknown(name: str) -> UnknownModel:
    """The error for a name that is none of ours."""
    return UnknownModel(f"There is no model {name[:100]!r}.", param="model")
