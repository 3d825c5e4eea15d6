"""Questions about the service's own state: /readyz asks the needed ones, `nexus check` asks all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import NexusError

PROBE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer: a sentence for people, facts for programs."""

    ok: bool
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Probe:
    """A question by name. ``needed``: without a good answer the service is not ready."""

    name: str
    ask: Callable[[], Awaitable[Finding]]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe found."""

    name: str
    ok: bool
    sentence: str
    facts: Mapping[str, Any]


async def ask_all(probes: Sequence[Probe]) -> list[Answer]:
    """Every answer, asked together; a probe that fails or takes over ``PROBE_SECONDS`` is a bad answer."""
    return list(await asyncio.gather(*(ask(probe) for probe in probes)))


async def ask(probe: Probe) -> Answer:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            finding = await probe.ask()
    except NexusError as error:
        finding = Finding(False, f"{error.detail} {error.mend}")
    except TimeoutError:
        finding = Finding(False, f"No answer within {PROBE_SECONDS:g} seconds.")
    except Exception as error:
        # A broken probe is itself what check has to report; it must not take the others down.
        finding = Finding(False, f"{type(error).__name__}: {error}")
    return Answer(probe.name, finding.ok, finding.sentence, finding.facts)
