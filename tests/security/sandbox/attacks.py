"""Ways to bring code into a runner: through the compiler like everyone, or around it as if its rules did not exist."""

from __future__ import annotations

import marshal
from typing import Any

from sandbox import CallResult, LocalRunner, NoCapabilities, RunRequest

NATIVE_HEAD = """
def run(ctx, arguments):
    classes = ().__class__.__base__.__subclasses__()
    sys = [kind for kind in classes if kind.__name__ == "_wrap_close"][0].__init__.__globals__["sys"]
    modules = sys.modules
    os, ctypes, socket, signal = modules["os"], modules["ctypes"], modules["socket"], modules["signal"]
    resource, json, struct = modules["resource"], modules["json"], modules["struct"]
    builtins = modules["builtins"]
    open = builtins.open
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    def call(function, *values):
        result = function(*values)
        if result < 0:
            raise builtins.OSError(ctypes.get_errno(), "refused")
        return result
    def frame(value):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        os.write(3, struct.pack(">I", len(body)) + body)
"""
"""Walks from an empty tuple to everything that the interpreter has loaded, as if there were no language layer."""


def native(attack: str) -> bytes:
    """Code that stands where the language layer has fallen: ``os``, ``ctypes``, ``socket``, raw system calls."""
    body = "".join(f"    {line}\n" for line in attack.strip().splitlines())
    return marshal.dumps(compile(f"{NATIVE_HEAD}{body}    return 'escaped'\n", "attack.py", "exec"))


async def run_code(runner: LocalRunner, code: bytes, arguments: Any = None, wall: float = 40) -> CallResult:
    """One call of code that is already compiled."""
    limits = runner.policy.limits.model_copy(update={"wall_seconds": wall})
    request = RunRequest({"operation": code}, "operation", [arguments], limits=limits)
    result = await runner.run(request, NoCapabilities())
    return result.calls[0]


async def run_source(runner: LocalRunner, source: str, arguments: Any = None) -> CallResult:
    """One call of a source that must compile."""
    compiled = await runner.compile({"operation.py": source.encode()})
    assert compiled.ok, compiled.findings
    return await run_code(runner, compiled.compiled["operation.py"].code, arguments)


CONTROL = "def run(ctx, arguments):\n    return sum(arguments)\n"


async def still_works(runner: LocalRunner) -> bool:
    """Whether an honest run right after gives its answer."""
    return (await run_source(runner, CONTROL, [1, 2, 3])).value == 6
