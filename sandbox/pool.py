"""The zygotes of one runner: one a profile, looked after, and replaced before one is worn out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core.errors import Unavailable
from sandbox.exchange import BACKSTOP_SECONDS, Exchange
from sandbox.runner import SandboxUnavailable
from sandbox.zygote import PROFILES, Health, Profile, Zygote

_log = logging.getLogger(__name__)
_ATTEMPTS = 5
_BACKOFF_SECONDS = 0.05
_CROWDED = "Free descriptors or memory on this host, and try again."


@dataclass(frozen=True, slots=True)
class Wear:
    """What a zygote may have gone through before another takes its place.

    It is looked at after every ``check_every`` runs, and after one that ended without a report. ``runs`` bounds for how
    many the same addresses and the same hash seed stand; ``memory_percent`` and ``descriptors`` are growth since it
    began, and a zygote that is well grows by nothing.
    """

    runs: int = 1000
    check_every: int = 100
    memory_percent: float = 10
    descriptors: int = 0


@dataclass(eq=False, slots=True)
class _Member:
    """A zygote at work: its health when it began, runs that it has begun and those that go on."""

    zygote: Zygote
    first: Health
    begun: int = 0
    going_on: int = 0
    retired: bool = False


@dataclass(eq=False, slots=True)
class _Line:
    """One profile: who forks its children now, and who looks whether it still should."""

    profile: Profile
    current: _Member | None = None
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    look: asyncio.Task[None] | None = None


class Pool:
    """Opens exchanges with children of warm zygotes; a zygote that ended is replaced by the next request.

    ``welcome`` is called with each new zygote before it gets work, and raises if it should get none.
    """

    def __init__(self, layers: Sequence[str], welcome: Callable[[Zygote], None], wear: Wear) -> None:
        self._layers = tuple(layers)
        self._welcome = welcome
        self._wear = wear
        self._lines = {profile: _Line(profile) for profile in PROFILES}
        self._members: set[_Member] = set()
        self._chores: set[asyncio.Task[None]] = set()
        self._closed = False

    def pid(self, profile: Profile) -> int | None:
        """The process id of the zygote that forks for ``profile`` now."""
        member = self._lines[profile].current
        return member.zygote.pid if member else None

    async def warm(self, profile: Profile) -> Zygote:
        """The living zygote of ``profile``, started if there is none."""
        return (await self._ready(self._lines[profile])).zygote

    async def open(self, request: dict[str, Any], total_bytes: int) -> Exchange:
        """A child for ``request``, whose ``kind`` is a profile. Raises ``SandboxUnavailable`` where none can start."""
        request["backstop_seconds"] = BACKSTOP_SECONDS
        line = self._lines[request["kind"]]
        for attempt in range(_ATTEMPTS):
            member = await self._ready(line)
            try:
                exchange = Exchange(member.zygote, request, total_bytes, partial(self._left, line, member))
            except ConnectionError:
                await self._discard(line, member)
            except BlockingIOError:
                pass  # it has not taken the last requests yet
            except OSError as error:
                raise SandboxUnavailable(f"No run could be started: {error.strerror}.", mend=_CROWDED) from error
            else:
                member.begun += 1
                member.going_on += 1
                if member.begun % self._wear.check_every == 0:
                    self._look_after(line, member)
                return exchange
            await asyncio.sleep(_BACKOFF_SECONDS * attempt)
        raise SandboxUnavailable("The sandbox's zygote does not stay alive.", mend="Look at the service's log.")

    async def aclose(self) -> None:
        """End every zygote, and with it every run that it holds."""
        self._closed = True
        for chore in self._chores:
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)
        await asyncio.gather(*map(self._end, list(self._members)))

    async def _ready(self, line: _Line) -> _Member:
        member = line.current
        if member and member.zygote.alive:
            return member
        async with line.changing:
            if line.current and not line.current.zygote.alive:
                await self._discard(line, line.current)
            if line.current is None:
                line.current = await self._start(line.profile)
            return line.current

    async def _start(self, profile: Profile) -> _Member:
        self._require_open()
        try:
            zygote = await Zygote.start(self._layers, profile)
            try:
                self._welcome(zygote)
                member = _Member(zygote, await zygote.health())
            except BaseException:
                await zygote.aclose()
                raise
        except OSError as error:
            raise SandboxUnavailable(f"No zygote could be started: {error}.", mend=_CROWDED) from error
        self._members.add(member)
        if self._closed:
            await self._end(member)
        self._require_open()
        return member

    def _require_open(self) -> None:
        if self._closed:
            raise SandboxUnavailable("The sandbox is closed.", mend="Start the service again.")

    async def _discard(self, line: _Line, member: _Member) -> None:
        if line.current is member:
            line.current = None
        await self._end(member)

    async def _end(self, member: _Member) -> None:
        await member.zygote.aclose()
        self._members.discard(member)

    def _left(self, line: _Line, member: _Member, reported: bool) -> None:
        """One of its runs is over. One that nobody reported on says something about the zygote, perhaps."""
        member.going_on -= 1
        if member.retired and not member.going_on:
            self._begin(self._end(member))
        elif not reported:
            self._look_after(line, member)

    def _look_after(self, line: _Line, member: _Member) -> None:
        if line.current is member and (line.look is None or line.look.done()):
            line.look = self._begin(self._replace_if_worn(line, member))

    def _begin(self, chore: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
        """Do it beside the runs; ``aclose`` waits for it."""
        if self._closed:
            chore.close()
            return None
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        return task

    async def _replace_if_worn(self, line: _Line, member: _Member) -> None:
        """Put another in its place, which is ready before this one gets no more work; its last runs finish in it."""
        why = await self._worn(member)
        if not why:
            return
        async with line.changing:
            if line.current is not member:
                return
            try:
                line.current = await self._start(line.profile)
            except Unavailable as error:
                _log.warning("zygote %d (%s) stays, though %s: %s", member.zygote.pid, line.profile, why, error)
                return
        _log.info("zygote %d (%s) was replaced: %s", member.zygote.pid, line.profile, why)
        member.retired = True
        if not member.going_on:
            await self._end(member)

    async def _worn(self, member: _Member) -> str:
        """Why another should take its place; empty if it may stay."""
        if member.begun >= self._wear.runs:
            return f"it has forked {member.begun} times"
        try:
            now = await member.zygote.health()
        except OSError:  # TimeoutError is one
            return "it does not answer"
        if now.descriptors > member.first.descriptors + self._wear.descriptors:
            return f"its descriptors grew from {member.first.descriptors} to {now.descriptors}"
        if now.memory > member.first.memory * (1 + self._wear.memory_percent / 100):
            return f"its memory grew from {member.first.memory} to {now.memory} bytes"
        return ""
