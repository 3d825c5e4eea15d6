"""The default runner: a zygote on this machine, two forks a run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from core.errors import InvalidInput, PolicyViolation
from core.settings import SandboxSettings
from sandbox.cgroup import Group, NoGroup, make_group, sum_of_runs
from sandbox.compilation import compile_in_child
from sandbox.enforcement import LAYERS, Isolation, read_report
from sandbox.exchange import BACKSTOP_SECONDS, Exchange
from sandbox.policy import SandboxPolicy
from sandbox.run import Run
from sandbox.runner import (
    CapabilityHost,
    CompileResult,
    NoCapabilities,
    RunRequest,
    RunResult,
    SandboxUnavailable,
)
from sandbox.selftest import find_escapes
from sandbox.zygote import Zygote

_ATTEMPTS = 5
_BACKOFF_SECONDS = 0.05
_CROWDED = "Free descriptors or memory on this host, and try again."


class LocalRunner:
    """Runs bundles in confined processes of this machine, at most ``parallel`` (the cores, by default) at once.

    ``layers`` is for measurements and for tests of single layers: the policy's ``require`` still refuses to run
    with fewer than it names.
    """

    def __init__(
        self,
        policy: SandboxPolicy | None = None,
        settings: SandboxSettings | None = None,
        *,
        layers: Sequence[str] = LAYERS,
    ) -> None:
        settings = settings or SandboxSettings()
        self.policy = policy or SandboxPolicy.from_settings(settings)
        self._layers = tuple(layers)
        self._parallel = settings.parallel or os.cpu_count() or 1
        self._places = asyncio.Semaphore(self._parallel)
        self._starting = asyncio.Lock()
        self._testing = asyncio.Lock()
        self._zygote: Zygote | None = None
        self._found: Isolation | None = None
        self._group, self._no_group = self._make_group() if "cgroup" in layers else (None, "")
        self._closed = False
        self._isolation: Isolation | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    @property
    def zygote_pid(self) -> int | None:
        """The zygote's process id while one runs."""
        return self._zygote.pid if self._zygote else None

    async def isolation(self) -> Isolation:
        """What is enforced here, after the self-test of the first start."""
        if self._isolation is None:
            async with self._testing:
                if self._isolation is None:
                    self._isolation = await self._tested()
        return self._isolation

    async def compile(self, sources: Mapping[str, bytes]) -> CompileResult:
        """Check and compile ``sources``, by path, in a confined child that never executes them."""
        await self._require()
        async with self._places:
            return await compile_in_child(self._exchange, sources, self.policy)

    async def run(self, request: RunRequest, capabilities: CapabilityHost) -> RunResult:
        """Make the calls of ``request`` in one fresh confined process."""
        isolation = await self._require()
        self._check(request)
        return await self._perform(request, capabilities, isolation)

    async def aclose(self) -> None:
        """End the zygote and every run."""
        self._closed = True
        zygote, self._zygote = self._zygote, None
        if zygote:
            await zygote.aclose()
        if self._group:
            await asyncio.to_thread(self._group.remove)

    def _check(self, request: RunRequest) -> None:
        if request.entry not in request.modules:
            raise InvalidInput(f"The entry '{request.entry}' is not among the modules.")
        excess = request.capabilities - self.policy.capabilities
        if excess:
            raise PolicyViolation(f"The policy does not grant {', '.join(sorted(excess))}.")

    async def _exchange(self, request: dict[str, Any], total_bytes: int) -> Exchange:
        """A child for ``request``, from a new zygote if the last one is gone."""
        request["backstop_seconds"] = BACKSTOP_SECONDS
        for attempt in range(_ATTEMPTS):
            zygote = await self._ready()
            try:
                return Exchange(zygote, request, total_bytes)
            except ConnectionError:
                await self._discard(zygote)
            except BlockingIOError:
                pass  # it has not taken the last requests yet
            except OSError as error:
                raise SandboxUnavailable(f"No run could be started: {error.strerror}.", mend=_CROWDED) from error
            await asyncio.sleep(_BACKOFF_SECONDS * attempt)
        raise SandboxUnavailable("The sandbox's zygote does not stay alive.", mend="Look at the service's log.")

    async def _ready(self) -> Zygote:
        zygote = self._zygote
        if zygote and zygote.alive:
            return zygote
        async with self._starting:
            if self._zygote and not self._zygote.alive:
                await self._discard(self._zygote)
            if self._zygote is None:
                self._zygote = await self._start()
            return self._zygote

    async def _start(self) -> Zygote:
        """A new zygote, which must put up the same fences as the one that was tested."""
        if self._closed:
            raise SandboxUnavailable("The sandbox is closed.", mend="Start the service again.")
        zygote = await Zygote.start(self._layers)
        if self._group:
            self._group.add(zygote.pid)
        found = self._read(zygote)
        if self._found not in (None, found):
            await zygote.aclose()
            raise SandboxUnavailable("This host enforces less than when the sandbox was tested.")
        self._found = found
        return zygote

    def _read(self, zygote: Zygote) -> Isolation:
        return read_report(self._layers, zygote.report, self._group_state())

    def _make_group(self) -> tuple[Group | None, str]:
        try:
            return make_group(sum_of_runs(self._parallel, self.policy.limits.memory_mib)), ""
        except NoGroup as reason:
            return None, str(reason)

    def _group_state(self) -> tuple[str, str]:
        return (self._group.detail, "") if self._group else ("", self._no_group)

    async def _discard(self, zygote: Zygote) -> None:
        if self._zygote is zygote:
            self._zygote = None
        await zygote.aclose()

    async def _tested(self) -> Isolation:
        """The isolation that the zygote reports, believed as far as the canaries confirm it."""
        found = self._read(await self._ready())
        if found.level != "kernel":
            return found
        escapes = await find_escapes(lambda request: self._perform(request, NoCapabilities(), found))
        if not escapes:
            return found
        return replace(found, level="process", escapes=tuple(escapes))

    async def _perform(self, request: RunRequest, capabilities: CapabilityHost, isolation: Isolation) -> RunResult:
        async with self._places:
            return await Run(request, self.policy, capabilities, isolation).perform(self._exchange)

    async def _require(self) -> Isolation:
        isolation = await self.isolation()
        if self.policy.require == "kernel" and isolation.level != "kernel":
            raise SandboxUnavailable(
                f"This host cannot confine untrusted code with the kernel (missing: {', '.join(isolation.missing)})."
            )
        return isolation
