"""Attacks that every start tries on its own runner, with the language layer left out: only the kernel stands.

A fence that is said to be up and is not would be worse than none; so none is believed before it has held.
"""

from __future__ import annotations

import asyncio
import marshal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.runner import RunRequest, RunResult, Verdict

_PRELUDE = """
def run(ctx, arguments):
    classes = ().__class__.__base__.__subclasses__()
    os = [kind for kind in classes if kind.__name__ == "_wrap_close"][0].__init__.__globals__
    modules = os["sys"].modules
    open = os["__builtins__"]["open"]
    %s
    return "escaped"
"""


@dataclass(frozen=True)
class Canary:
    """An attack and the only way it may end: a verdict and, for an error, how its message begins."""

    name: str
    attack: str
    verdict: Verdict = Verdict.KILLED_BY_POLICY
    message: str = ""

    @property
    def code(self) -> bytes:
        """The attack as unrestricted code."""
        return marshal.dumps(compile(_PRELUDE % self.attack, "canary.py", "exec"))

    def held(self, result: RunResult) -> bool:
        """Whether it ended as it must."""
        call = result.calls[0]
        message = str((call.error or {}).get("message", ""))
        return call.verdict is self.verdict and message.startswith(self.message)


_DENIED = "PermissionError"
CANARIES = (
    Canary("read a file", "open('/etc/passwd').read()", Verdict.EXCEPTION, _DENIED),
    Canary("read /proc/self/environ", "open('/proc/self/environ').read()", Verdict.EXCEPTION, _DENIED),
    Canary("list a folder", "os['listdir']('/')", Verdict.EXCEPTION, _DENIED),
    Canary("see the environment", "assert not os['environ'], 'leak'; raise KeyError", Verdict.EXCEPTION, "KeyError"),
    Canary("write a file", "open('/tmp/nexus-canary', 'w').write('x')"),
    Canary("open a socket", "modules['socket'].socket()"),
    Canary("open a unix socket", "modules['socket'].socketpair()"),
    Canary("fork", "os['fork']()"),
    Canary("execute a program", "os['execv']('/bin/true', ['true'])"),
    Canary("kill its parent", "os['kill'](os['getppid'](), 9)"),
    Canary("leave its namespaces", "modules['ctypes'].CDLL(None).unshare(0x10000000)"),
    Canary("trace a process", "modules['ctypes'].CDLL(None).ptrace(16, 1, 0, 0)"),
    Canary("take memory", "bytearray(1 << 40)", Verdict.MEMORY_EXCEEDED),
)


async def find_escapes(perform: Callable[[RunRequest], Awaitable[RunResult]]) -> list[str]:
    """Names of the attacks that did not end as they must; empty on a host that holds."""

    async def attempt(canary: Canary) -> str | None:
        result = await perform(RunRequest({"operation": canary.code}, "operation", [None]))
        return None if canary.held(result) else f"{canary.name} ({result.calls[0].verdict.value})"

    return [name for name in await asyncio.gather(*map(attempt, CANARIES)) if name]
