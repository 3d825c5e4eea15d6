"""The verdict: made from what the child sent and how its process ended, never from what it says of itself alone."""

from __future__ import annotations

import signal
from typing import Any

from sandbox.runner import CallResult, Verdict

_FROM_CHILD = {
    verdict.value: verdict
    for verdict in (
        Verdict.EXCEPTION,
        Verdict.IMPORT_DENIED,
        Verdict.MEMORY_EXCEEDED,
        Verdict.RESULT_INVALID,
        Verdict.OUTPUT_TOO_LARGE,
    )
}
_CPU_SHARE = 0.6  # the kernel's limit and its accounts count differently, the more so on a busy machine
_FILE_NAME = 200
_LARGEST = 2**31 - 1
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
_SENTENCES = {
    Verdict.CPU_EXCEEDED: "It used more processor time than it may.",
    Verdict.WALL_EXCEEDED: "It took longer than it may.",
    Verdict.OUTPUT_TOO_LARGE: "It sent more than it may.",
    Verdict.RESULT_INVALID: "What it sent is not a result.",
    Verdict.NO_RESULT: "It ended without a result.",
    Verdict.KILLED_BY_POLICY: "It made a system call that no adapter makes, and was killed.",
    Verdict.CRASHED: "Its process crashed.",
    Verdict.SETUP_FAILED: "A fence could not be put up, so nothing ran.",
    Verdict.RUNNER_LOST: "The sandbox's own process ended.",
}


def printable(text: str) -> str:
    """``text`` with control characters written out, so that a terminal only shows it."""
    return text.translate(_CONTROLS)


def from_frame(frame: dict[str, Any], logs: list[str]) -> CallResult | None:
    """A call's result from its frame; ``None`` for a frame that is none."""
    if "verdict" not in frame:
        return CallResult(Verdict.OK, frame["value"], None, logs) if "value" in frame else None
    verdict = _FROM_CHILD.get(str(frame["verdict"]))
    match frame.get("error"):
        case {"code": str(code), "message": str(message), **rest} if verdict is not None:
            return CallResult(verdict, None, _error(code, message, rest), logs)
        case _:
            return None


def _error(code: str, message: str, rest: dict[Any, Any]) -> dict[str, Any]:
    """The child's error with known members of known types only."""
    error: dict[str, Any] = {
        "kind": "adapter" if rest.get("kind") == "adapter" else "uncaught",
        "code": printable(code[:100]),
        "message": printable(message[:2000]),
        "retryable": rest.get("retryable") is True,
    }
    if type(rest.get("file")) is str:
        error["file"] = printable(rest["file"][:_FILE_NAME])
    for name in ("line", "status"):
        if type(rest.get(name)) is int and 0 <= rest[name] <= _LARGEST:
            error[name] = rest[name]
    if rest.get("body") is not None:
        error["body"] = rest["body"]
    return error


def from_report(report: dict[str, Any] | None, cpu_seconds: int) -> tuple[Verdict, str] | None:
    """The verdict of how the process ended; ``None`` if it ended as it should."""
    if report is None:
        return Verdict.RUNNER_LOST, ""
    if "setup" in report:
        return Verdict.SETUP_FAILED, str(report["setup"])
    if report["killed"] == "backstop":
        return Verdict.WALL_EXCEEDED, ""
    number = report["signal"]
    if not number:
        return None if report["code"] == 0 else (Verdict.NO_RESULT, f"exit code {report['code']}")
    if number == signal.SIGSYS:
        return Verdict.KILLED_BY_POLICY, ""
    if number in (signal.SIGKILL, signal.SIGXCPU) and report["cpu"] >= cpu_seconds * _CPU_SHARE:
        return Verdict.CPU_EXCEEDED, f"limit {cpu_seconds} s"
    return Verdict.CRASHED, f"signal {number}"


def failed(verdict: Verdict, detail: str, logs: list[str]) -> CallResult:
    """The result of a call that has none of its own."""
    sentence = _SENTENCES[verdict] + (f" ({detail})" if detail else "")
    error = {"kind": "sandbox", "code": verdict.value, "message": sentence, "retryable": False}
    return CallResult(verdict, None, error, logs)


def complete(results: list[CallResult], wanted: int, end: tuple[Verdict, str] | None, logs: list[str]) -> None:
    """Fill ``results`` up to ``wanted``: the call under way takes the verdict of the end, later ones were not reached.

    When every call has answered and the process then ended badly, the last answer is not believed either.
    """
    if len(results) == wanted:
        if end is not None and results:
            results[-1] = failed(*end, results[-1].logs)
        return
    verdict, detail = end or (Verdict.NO_RESULT, "")
    results.append(failed(verdict, detail, logs))
    while len(results) < wanted:
        results.append(failed(Verdict.NO_RESULT, "an earlier call ended the run", []))
