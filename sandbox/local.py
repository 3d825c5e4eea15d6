"""The default runner: warm zygotes on this machine, two forks a run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Self

from core.errors import InvalidInput
from core.settings import SandboxSettings
from sandbox.cgroup import Group, NoGroup, make_group, sum_of_runs
from sandbox.compilation import compile_in_child
from sandbox.enforcement import LAYERS, Isolation, read_report
from sandbox.places import Places
from sandbox.policy import SandboxPolicy
from sandbox.pool import Pool, Wear
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


class LocalRunner:
    """Runs bundles in confined processes of this machine, at most ``parallel`` (the cores, by default) at once.

    ``waiting`` more callers wait for their turn; further ones get ``SandboxBusy``. ``wear`` says when a zygote is
    replaced. ``layers`` is for measurements and for tests of single layers: the policy's ``require`` still refuses to
    run with fewer than it names.
    """

    def __init__(
        self,
        policy: SandboxPolicy | None = None,
        settings: SandboxSettings | None = None,
        *,
        layers: Sequence[str] = LAYERS,
        wear: Wear | None = None,
    ) -> None:
        settings = settings or SandboxSettings()
        self.policy = policy or SandboxPolicy.from_settings(settings)
        self._layers = tuple(layers)
        self._parallel = settings.parallel or os.cpu_count() or 1
        self._places = Places(self._parallel, settings.waiting)
        self._pool = Pool(layers, self._admit, wear or Wear())
        self._testing = asyncio.Lock()
        self._found: Isolation | None = None
        self._group, self._no_group = self._make_group() if "cgroup" in layers else (None, "")
        self._isolation: Isolation | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.aclose()

    @property
    def zygote_pid(self) -> int | None:
        """The process id of the zygote that forks for runs, while there is one."""
        return self._pool.pid("run")

    async def isolation(self) -> Isolation:
        """What is enforced here, after the self-test of the first start."""
        if self._isolation is None:
            async with self._testing:
                if self._isolation is None:
                    self._isolation = await self._tested()
        return self._isolation

    async def compile(self, sources: Mapping[str, bytes]) -> CompileResult:
        """Check and compile ``sources``, by path, in a confined child that never executes them."""
        await self.require()
        async with self._places.take():
            return await compile_in_child(self._pool.open, sources, self.policy)

    async def run(self, request: RunRequest, capabilities: CapabilityHost) -> RunResult:
        """Make the calls of ``request`` in one fresh confined process."""
        isolation = await self.require()
        self._check(request)
        async with self._places.take():
            return await self._perform(request, capabilities, isolation)

    async def aclose(self) -> None:
        """End the zygotes and every run."""
        await self._pool.aclose()
        if self._group:
            await asyncio.to_thread(self._group.remove)

    def _check(self, request: RunRequest) -> None:
        if request.entry not in request.modules:
            raise InvalidInput(f"The entry '{request.entry}' is not among the modules.")
        self.policy.check_grants(request.capabilities)

    def _admit(self, zygote: Zygote) -> None:
        """Take a new zygote in, which must put up the same fences as the one that was tested."""
        if self._group:
            self._group.add(zygote.pid)
        found = self._read(zygote)
        if self._found not in (None, found):
            raise SandboxUnavailable("This host enforces less than when the sandbox was tested.")
        self._found = found

    def _read(self, zygote: Zygote) -> Isolation:
        return read_report(self._layers, zygote.report, self._group_state())

    def _make_group(self) -> tuple[Group | None, str]:
        try:
            return make_group(sum_of_runs(self._parallel, self.policy.limits.memory_mib)), ""
        except NoGroup as reason:
            return None, str(reason)

    def _group_state(self) -> tuple[str, str]:
        return (self._group.detail, "") if self._group else ("", self._no_group)

    async def _tested(self) -> Isolation:
        """The isolation that the zygote reports, believed as far as the canaries confirm it."""
        found = self._read(await self._pool.warm("run"))
        if found.level != "kernel":
            return found
        turns = asyncio.Semaphore(self._parallel)  # everyone else waits for this test: it takes no place in their line

        async def attempt(request: RunRequest) -> RunResult:
            async with turns:
                return await self._perform(request, NoCapabilities(), found)

        escapes = await find_escapes(attempt)
        if not escapes:
            return found
        return replace(found, level="process", escapes=tuple(escapes))

    async def _perform(self, request: RunRequest, capabilities: CapabilityHost, isolation: Isolation) -> RunResult:
        return await Run(request, self.policy, capabilities, isolation).perform(self._pool.open)

    async def require(self) -> Isolation:
        """What is enforced here. Raises ``SandboxUnavailable`` where that is less than the policy requires."""
        isolation = await self.isolation()
        if self.policy.require == "kernel" and isolation.level != "kernel":
            raise SandboxUnavailable(
                f"This host cannot confine untrusted code with the kernel (missing: {', '.join(isolation.missing)})."
            )
        return isolation
