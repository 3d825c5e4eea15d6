"""A hostile adapter as data: what it tries, and how it must end with each of the language's layers gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import CallResult, Verdict
from sandbox.enforcement import LAYERS
from tests.security.sandbox.attacks import NATIVE_HEAD

SETTINGS: dict[str, tuple[str, ...]] = {
    "all layers": LAYERS,
    "without static": tuple(name for name in LAYERS if name != "static"),
    "kernel alone": tuple(name for name in LAYERS if name not in ("static", "runtime")),
}
"""The three settings in which every case runs, in the order of ``Case.ends``."""

_ENDS: dict[str, frozenset[Verdict]] = {
    "refused": frozenset({Verdict.POLICY_REJECTED}),
    "import": frozenset({Verdict.IMPORT_DENIED}),
    "error": frozenset({Verdict.EXCEPTION}),
    "denied": frozenset({Verdict.EXCEPTION}),
    "answered": frozenset({Verdict.OK}),
    "killed": frozenset({Verdict.KILLED_BY_POLICY}),
    "cpu": frozenset({Verdict.CPU_EXCEEDED}),
    "wall": frozenset({Verdict.WALL_EXCEEDED}),
    "memory": frozenset({Verdict.MEMORY_EXCEEDED}),
    "output": frozenset({Verdict.OUTPUT_TOO_LARGE}),
    "invalid": frozenset({Verdict.RESULT_INVALID}),
    "nothing": frozenset({Verdict.NO_RESULT}),
    "crash": frozenset({Verdict.CRASHED}),
    # What offends the language alone: without it, it may do inside what it likes, and changes nothing outside.
    "harmless": frozenset({Verdict.OK, Verdict.EXCEPTION, Verdict.IMPORT_DENIED, Verdict.RESULT_INVALID}),
}
_REFUSALS = ("PermissionError", "OSError", "ValueError: not allowed")


@dataclass(frozen=True)
class Case:
    """One attack. ``source`` is a whole adapter; ``ends`` says for each setting which words of ``_ENDS`` may describe
    its end. ``before`` is an adapter that runs first, in a run of its own. ``@FILE@``, ``@FOLDER@``, ``@PORT@``,
    ``@UNIX@``, ``@DATAGRAM@`` and ``@ABSTRACT@`` stand for the canaries, ``@PID@`` for the process that holds the
    sandbox. ``says`` is the code of the refusal, or a part of the value: an attack that fails for another reason than
    the fence proves nothing about the fence.
    """

    klass: str
    name: str
    source: str
    ends: tuple[str, str, str]
    before: str = ""
    capabilities: frozenset[str] = frozenset()
    says: str = ""

    @property
    def id(self) -> str:
        return f"{self.klass}: {self.name}"

    def complaint(self, setting: str, result: CallResult) -> str:
        """Why ``result`` is not how it must end in ``setting``; empty where it is."""
        words = self.ends[list(SETTINGS).index(setting)].split(" or ")
        error = result.error or {}
        message = str(error.get("message", ""))
        said = str(error.get("code", "")) if error else str(result.value)
        for word in words:
            if result.verdict in _ENDS[word] and (word != "denied" or message.startswith(_REFUSALS)):
                return "" if self.says in said else f"must say {self.says}, and says {said}: {message}"
        return f"must be {' or '.join(words)}, and is {result.verdict.value}: {message or result.value!r}"


def native(klass: str, snippets: Mapping[str, str], end: str) -> Iterable[Case]:
    """Attacks on the kernel: the static layer refuses the walk; where it stands aside, they end the same either way."""
    for name, snippet in snippets.items():
        yield Case(klass, name, f"{NATIVE_HEAD}{indented(snippet)}    return 'escaped'\n", ("refused", end, end))


def sources(klass: str, snippets: Mapping[str, str], *ends: str) -> Iterable[Case]:
    """Attacks at the level of a module, before anybody calls it."""
    for name, snippet in snippets.items():
        yield Case(klass, name, f"{snippet}\ndef run(ctx, arguments):\n    return 1\n", _three(ends))


def bodies(klass: str, snippets: Mapping[str, str], *ends: str, head: str = "", **more: Any) -> Iterable[Case]:
    """Attacks within ``run``, with ``head`` above it."""
    for name, snippet in snippets.items():
        yield Case(klass, name, f"{head}\ndef run(ctx, arguments):\n{indented(snippet)}", _three(ends), **more)


def indented(snippet: str) -> str:
    return "".join(f"    {line}\n" for line in snippet.strip("\n").splitlines())


def _three(ends: tuple[str, ...]) -> tuple[str, str, str]:
    first, *others = ends
    return (first, others[0] if others else first, others[-1] if others else first)
