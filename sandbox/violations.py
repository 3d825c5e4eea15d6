"""What the sandbox stopped while contract cases ran, as findings: where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sandbox.report import CaseResult, Finding
from sandbox.runner import Verdict

_LESS = "Do less in one call, or ask for more in the manifest's sandbox, within what the owner allows: "
_HINTS = {
    Verdict.IMPORT_DENIED: "Import only what the report's rule on imports holds.",
    Verdict.CPU_EXCEEDED: f"{_LESS}cpu_seconds.",
    Verdict.WALL_EXCEEDED: f"{_LESS}wall_seconds.",
    Verdict.MEMORY_EXCEEDED: f"{_LESS}memory_mib.",
    Verdict.OUTPUT_TOO_LARGE: f"{_LESS}output_bytes.",
    Verdict.RESULT_INVALID: "Return plain JSON: text, numbers, true, false, None, lists, dicts with text as keys.",
    Verdict.NO_RESULT: "Return from run; nothing may end the process.",
    Verdict.KILLED_BY_POLICY: "No adapter makes such a call. Do not mend it: treat the code as hostile.",
    Verdict.CRASHED: "The interpreter itself crashed: do without what the code does there.",
    Verdict.SETUP_FAILED: "Nothing is wrong with the code: look at nexus check sandbox.",
    Verdict.RUNNER_LOST: "Nothing is wrong with the code: prove it again.",
}


def violations(cases: Iterable[CaseResult]) -> Iterator[Finding]:
    """A finding for each case that the sandbox ended."""
    for case in cases:
        verdict = Verdict(case.verdict)
        if verdict.violation:
            yield Finding(
                code=verdict.value,
                place=case.place or f"tests/{case.operation}.json",
                sentence=f"{case.operation}, {case.case}: {case.sentence}",
                hint=_HINTS[verdict],
                retryable=verdict.repairable,
            )
