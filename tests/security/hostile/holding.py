"""One setting of the sandbox with the world around it, against which cases are tried one after the other."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import AsyncIterator

import psutil

from core.settings import SandboxSettings
from modules.broker import (
    Binding,
    Broker,
    BrokerLimits,
    CallScope,
    CredentialReference,
    CredentialScheme,
    Grant,
    parse_origin,
)
from sandbox import CallResult, CompileResult, Limits, LocalRunner, RunRequest, SandboxPolicy, Verdict, Wear
from tests.security.broker.wire import Names, Secrets
from tests.security.hostile.case import SETTINGS, Case
from tests.security.hostile.world import World, nothing_left_below, open_world

LIMITS = Limits(wall_seconds=20, cpu_seconds=1, memory_mib=96, output_bytes=64 * 1024, frame_bytes=128 * 1024)
# One zygote for all of a setting: what one case leaves in it, the next ones would show.
LASTING = Wear(runs=10**9)
HONEST = "def run(ctx, arguments):\n    return sum(arguments)\n"
# One exchange: long enough for every answer that comes at all.
BROKER = BrokerLimits(seconds=2.0)
# Names that resolve to where the listener is, as an attacker's would. One of the owner's own turns when it is asked
# again, since nobody listens at its first address: no binding opens the second.
NAMES = {
    "api_example": [["127.0.0.1"]],
    "rebind_example": [["127.66.66.66"], ["169.254.169.254"]],
    "mixed_example": [["8.8.8.8", "127.0.0.1"]],
    "mapped_example": [["::ffff:127.0.0.1"]],
    "nat64_example": [["64:ff9b::7f00:1"]],
    "metadata_example": [["169.254.169.254"]],
}


class Held:
    """A runner in one setting, and the world."""

    def __init__(self, setting: str, runner: LocalRunner, world: World) -> None:
        self.setting = setting
        self.world = world
        self._runner = runner
        self._honest: bytes | None = None

    async def complaints(self, case: Case) -> list[str]:
        """Everything that is wrong with how ``case`` ended; nothing where the sandbox held."""
        if case.before:
            await self.run(case.before, case.capabilities)
        result = await self.run(case.source, case.capabilities)
        found = [case.complaint(self.setting, result)]
        found += self.world.changes(json.dumps([result.value, result.error, result.logs], ensure_ascii=False))
        found += await self.left_over()
        if not await self.still_works():
            found.append("an honest run after it does not give its answer")
        return [complaint for complaint in found if complaint]

    async def run(
        self, source: str, capabilities: frozenset[str] = frozenset(), arguments: object = None
    ) -> CallResult:
        """Compile and call an adapter; a refusal to compile is a result, too."""
        compiled = await self.compile(source)
        if not compiled.ok:
            (findings,) = compiled.findings.values()
            error = {"message": findings[0].sentence}
            return CallResult(Verdict.POLICY_REJECTED, None, error)
        return await self.call(compiled.compiled["operation.py"].code, capabilities, arguments)

    async def compile(self, source: str) -> CompileResult:
        text = self.world.written_into(source)
        return await self._runner.compile({"operation.py": text.encode("utf-8", "surrogateescape")})

    async def call(self, code: bytes, capabilities: frozenset[str], arguments: object) -> CallResult:
        request = RunRequest({"operation": code}, "operation", [arguments], capabilities)
        broker = Broker(BROKER, resolver=Names(**NAMES), vault=Secrets(canary=self.world.secret))
        try:
            return (await self._runner.run(request, broker.session(self._scope(capabilities)))).calls[0]
        finally:
            await broker.aclose()

    def _scope(self, capabilities: frozenset[str]) -> CallScope:
        """What an owner approved: the attacker's names as they are, and the service bound with a secret of its own."""
        port, described = self.world.port, parse_origin("http://open.example")
        hosts = frozenset(parse_origin(f"http://{name.replace('_', '.')}:{port}") for name in NAMES)
        binding = {
            "http://open.example": self.world.service.origin,
            f"http://turning.example:{port}": f"http://rebind.example:{port}",
        }
        turning = parse_origin(f"http://turning.example:{port}")
        grant = Grant(
            hosts | {described, turning}, capabilities, Binding.parse(binding),
            (CredentialReference("key", "canary", described),),
        )  # fmt: skip
        scheme = CredentialScheme("key", "apiKey", "header", "X-Key")
        return CallScope("home", grant, security=[[{"credential": "key"}]], schemes={"key": scheme})

    async def left_over(self) -> list[str]:
        """Processes and descriptors that a run left behind."""
        pid = self._runner.zygote_pid
        if pid is None:
            return ["the zygote is gone"]
        found = [] if await nothing_left_below(pid) else ["a process of the run lives on"]
        await self.world.service.quiet()
        before, now = self._descriptors, self._count(pid)
        if any(more > less for more, less in zip(now, before, strict=True)):
            found.append(f"descriptors were left open: {before} before, {now} now")
        return found

    def children(self) -> list[psutil.Process]:
        """What runs below the zygote now."""
        return psutil.Process(self._runner.zygote_pid).children(recursive=True)

    async def still_works(self) -> bool:
        if self._honest is None:
            compiled = await self._runner.compile({"operation.py": HONEST.encode()})
            self._honest = compiled.compiled["operation.py"].code
        return (await self.call(self._honest, frozenset(), [1, 2, 3])).value == 6

    async def begin(self) -> None:
        """Count what is open when nothing has been tried yet."""
        isolation = await self._runner.isolation()
        assert not isolation.escapes, isolation.escapes
        assert await self.still_works()
        assert self._runner.zygote_pid is not None
        await nothing_left_below(self._runner.zygote_pid)
        self._descriptors = self._count(self._runner.zygote_pid)

    @staticmethod
    def _count(zygote: int) -> tuple[int, int]:
        return psutil.Process(zygote).num_fds(), psutil.Process(os.getpid()).num_fds()


@contextlib.asynccontextmanager
async def hold(setting: str, layers: tuple[str, ...] | None = None) -> AsyncIterator[Held]:
    """The sandbox in one of the ``SETTINGS``, or with exactly ``layers``."""
    policy = SandboxPolicy(limits=LIMITS, require="kernel" if layers is None else "process")
    async with (
        open_world() as world,
        LocalRunner(
            policy, SandboxSettings(parallel=1), layers=SETTINGS[setting] if layers is None else layers, wear=LASTING
        ) as runner,
    ):
        held = Held(setting, runner, world)
        if layers is None:
            await held.begin()
        yield held
