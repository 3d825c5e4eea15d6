"""The verdict, from reports and frames."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import CallResult, Verdict, judge

CLEAN: dict[str, Any] = {"signal": 0, "code": 0, "killed": "", "cpu": 0.1, "rss": 1}


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (CLEAN, None),
        (None, Verdict.RUNNER_LOST),
        ({"setup": "landlock: no"}, Verdict.SETUP_FAILED),
        ({**CLEAN, "code": 1}, Verdict.NO_RESULT),
        ({**CLEAN, "code": None, "signal": 31}, Verdict.KILLED_BY_POLICY),
        ({**CLEAN, "code": None, "signal": 11}, Verdict.CRASHED),
        ({**CLEAN, "code": None, "signal": 9, "cpu": 9.9}, Verdict.CPU_EXCEEDED),
        ({**CLEAN, "code": None, "signal": 9, "cpu": 0.5}, Verdict.CRASHED),
        ({**CLEAN, "code": None, "signal": 24, "cpu": 10.0}, Verdict.CPU_EXCEEDED),
        ({**CLEAN, "code": None, "signal": 9, "killed": "backstop"}, Verdict.WALL_EXCEEDED),
    ],
)
def test_how_a_process_ended_decides(report: dict[str, Any] | None, expected: Verdict | None) -> None:
    end = judge.from_report(report, 10)
    assert (end[0] if end else None) is expected


def test_a_bad_end_takes_the_last_answer_back() -> None:
    results = [CallResult(Verdict.OK, 1), CallResult(Verdict.OK, 2)]
    judge.complete(results, 2, (Verdict.CRASHED, "signal 11"), [])
    assert [(result.verdict, result.value) for result in results] == [(Verdict.OK, 1), (Verdict.CRASHED, None)]


def test_calls_that_were_not_reached_are_failures() -> None:
    results = [CallResult(Verdict.OK, 1)]
    judge.complete(results, 4, (Verdict.CPU_EXCEEDED, ""), ["last words"])
    assert [result.verdict for result in results[1:]] == [Verdict.CPU_EXCEEDED, *[Verdict.NO_RESULT] * 2]
    assert results[1].logs == ["last words"]


def test_silence_is_never_success() -> None:
    results: list[CallResult] = []
    judge.complete(results, 1, None, [])
    assert results[0].verdict is Verdict.NO_RESULT


def test_an_error_keeps_known_members_of_known_types_only() -> None:
    error = {"code": "c\x1b", "message": "m", "retryable": "yes", "status": "429", "line": 3, "evil": {}, "file": 1}
    result = judge.from_frame({"verdict": "exception", "error": error}, [])
    assert result is not None
    assert result.error == {"kind": "uncaught", "code": "c\\x1b", "message": "m", "retryable": False, "line": 3}


def test_a_place_that_the_child_made_up_is_only_text_and_a_plausible_number() -> None:
    error = {"code": "c", "message": "m", "file": "\x1b[2J" + "x" * 10_000, "line": 10**30, "status": -1}
    result = judge.from_frame({"verdict": "exception", "error": error}, [])
    assert result is not None
    assert result.error is not None
    assert result.error["file"].startswith("\\x1b[2Jxxx")
    assert len(result.error["file"]) < 1000
    assert not {"line", "status"} & result.error.keys()


@pytest.mark.parametrize(
    "frame",
    [{}, {"verdict": "ok", "value": 1}, {"verdict": "exception"}, {"verdict": "cpu_exceeded", "error": {}},
     {"verdict": "exception", "error": {"code": 1, "message": "m"}}],
)  # fmt: skip
def test_a_frame_that_is_no_result_is_none(frame: dict[str, Any]) -> None:
    assert judge.from_frame(frame, []) is None


def test_only_code_faults_are_repairable_and_attacks_are_events() -> None:
    assert not Verdict.KILLED_BY_POLICY.repairable
    assert Verdict.KILLED_BY_POLICY.security_event
    assert {verdict for verdict in Verdict if verdict.repairable} == {
        Verdict.OK, Verdict.POLICY_REJECTED, Verdict.IMPORT_DENIED, Verdict.EXCEPTION, Verdict.RESULT_INVALID,
    }  # fmt: skip
