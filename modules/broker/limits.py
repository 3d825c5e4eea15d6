"""How much one run may use of the world outside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

from core.settings import LimitSettings
from sandbox import ArtifactLimits, Limits


@dataclass(frozen=True, slots=True)
class BrokerLimits:
    """Sizes in bytes, times in seconds.

    ``seconds`` is for one exchange and ``run_seconds`` for all of a run. ``response_bytes`` caps an answer on the wire
    and decompressed; ``run_bytes`` and ``calls`` count over the whole run, redirects included. What is not text is
    handed to the adapter inline up to ``inline_bytes`` and as an artifact above. A run puts at most ``artifacts`` of
    them, of ``artifacts_bytes`` in all, each within ``artifact``; what is refused counts too, since it was checked.
    """

    seconds: float = 30.0
    run_seconds: float = 120.0
    connect_seconds: float = 10.0
    request_bytes: int = 1024 * 1024
    response_bytes: int = 8 * 1024 * 1024
    run_bytes: int = 64 * 1024 * 1024
    calls: int = 64
    redirects: int = 3
    inline_bytes: int = 256 * 1024
    artifacts: int = 16
    artifacts_bytes: int = 16 * 1024 * 1024
    artifact: ArtifactLimits = field(default_factory=ArtifactLimits)
    connections: int = 100

    def for_module(self, limits: Limits) -> Self:
        """These limits, with as many artifacts as the sandbox's policy gives the module."""
        return replace(self, artifacts=limits.artifacts, artifacts_bytes=limits.artifact_bytes)

    @classmethod
    def from_settings(cls, settings: LimitSettings) -> Self:
        """The limits that the settings name; the rest as above."""
        return cls(
            seconds=settings.upstream_seconds,
            run_seconds=4 * settings.upstream_seconds,
            request_bytes=settings.request_bytes,
            response_bytes=settings.response_bytes,
            run_bytes=8 * settings.response_bytes,
        )
