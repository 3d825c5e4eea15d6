"""Native code writes to the channel itself: what it gains by that, and what it cannot forge."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

import pytest

from sandbox import LocalRunner, NoCapabilities, RunRequest, Verdict
from tests.security.sandbox.attacks import native, run_code, run_source

pytestmark = pytest.mark.asyncio(loop_scope="module")

RESULT = "frame({'t': 'result', 'n': 0, 'value': 'forged'})"
FORGED = {
    "no result, exit 0": ("os._exit(0)", Verdict.NO_RESULT),
    "no result, exit 3": ("os._exit(3)", Verdict.NO_RESULT),
    "result twice": (f"{RESULT}\n{RESULT}\nos._exit(0)", Verdict.RESULT_INVALID),
    "result, then the real one": (RESULT, Verdict.RESULT_INVALID),
    "result, then a bad end": (f"{RESULT}\nos._exit(1)", Verdict.NO_RESULT),
    "result, then a crash": (f"{RESULT}\nctypes.string_at(0)", Verdict.CRASHED),
    "result, then an attack": (f"{RESULT}\nos.fork()", Verdict.KILLED_BY_POLICY),
    "result of another call": (
        "frame({'t': 'result', 'n': 1, 'value': 'forged'})\nos._exit(0)",
        Verdict.RESULT_INVALID,
    ),
    "no value": ("frame({'t': 'result', 'n': 0})\nos._exit(0)", Verdict.RESULT_INVALID),
    "own verdict": ("frame({'t': 'result', 'n': 0, 'verdict': 'ok', 'value': 1})\nos._exit(0)", Verdict.RESULT_INVALID),
    "verdict of the host": (
        "frame({'t': 'result', 'n': 0, 'verdict': 'cpu_exceeded', 'error': {'code': 'x', 'message': 'y'}})\nos._exit(0)",
        Verdict.RESULT_INVALID,
    ),
    "unknown frame": ("frame({'t': 'status', 'code': 0})\nos._exit(0)", Verdict.RESULT_INVALID),
    "not an object": ("frame([1])\nos._exit(0)", Verdict.RESULT_INVALID),
    "not JSON": ("frame(b'{')\nos._exit(0)", Verdict.RESULT_INVALID),
    "pickle": ("frame(b'\\x80\\x04N.')\nos._exit(0)", Verdict.RESULT_INVALID),
    "NaN": ('frame(b\'{"t":"result","n":0,"value":NaN}\')\nos._exit(0)', Verdict.RESULT_INVALID),
    "half a surrogate": ('frame(b\'{"t":"result","n":0,"value":"\\\\ud800"}\')\nos._exit(0)', Verdict.RESULT_INVALID),
    "fifty thousand brackets": ("frame(b'[' * 50000 + b']' * 50000)\nos._exit(0)", Verdict.RESULT_INVALID),
    "a huge number": (
        'frame(b\'{"t":"result","n":0,"value":\' + b\'9\' * 10000 + b\'}\')\nos._exit(0)',
        Verdict.RESULT_INVALID,
    ),
    "half a frame": ("os.write(3, b'\\x00\\x00\\x01\\x00abc')\nos._exit(0)", Verdict.NO_RESULT),
    "a frame of four gigabytes": ("os.write(3, b'\\xff\\xff\\xff\\xff')\nos.read(3, 1)", Verdict.OUTPUT_TOO_LARGE),
    "a flood of logs": ("while True: frame({'t': 'log', 'text': 'x'})", Verdict.OUTPUT_TOO_LARGE),
    "a flood of requests": (
        "while True: frame({'t': 'ask', 'capability': 'http', 'payload': {}}); os.read(3, 1000)",
        Verdict.OUTPUT_TOO_LARGE,
    ),
    "an endless result": (
        'body = b\'{"t":"log","text":"\' + b\'x\' * 100000 + b\'"}\'\nwhile True: frame(body)',
        Verdict.OUTPUT_TOO_LARGE,
    ),
}


@pytest.mark.parametrize("name", FORGED)
async def test_how_a_run_ended_cannot_be_forged(runner: LocalRunner, name: str) -> None:
    attack, expected = FORGED[name]
    result = await run_code(runner, native(attack))
    assert result.verdict is expected, (result.verdict, result.error)
    assert result.value is None


async def test_a_result_before_a_hang_is_not_believed(runner: LocalRunner) -> None:
    result = await run_code(runner, native(f"{RESULT}\nos.read(3, 1)"), wall=0.5)
    assert result.verdict is Verdict.WALL_EXCEEDED
    assert result.value is None


async def test_a_changed_encoder_does_not_speak_for_the_run(runner: LocalRunner) -> None:
    attack = "json.dumps = json.JSONEncoder.encode = lambda *_, **__: '\"forged\"'\nreturn {'honest': True}"
    assert (await run_code(runner, native(attack))).value == {"honest": True}


async def test_an_ungranted_capability_is_answered_with_a_refusal(runner: LocalRunner) -> None:
    attack = "frame({'t': 'ask', 'capability': 'http', 'payload': {}})\nreturn os.read(3, 1000)[4:].decode()"
    assert "was not granted" in (await run_code(runner, native(attack))).value


UNSOUND = {
    "set": "{1, 2}",
    "tuple": "(1, 2)",
    "bytes": "b'x'",
    "object": "object()",
    "function": "run",
    "not a number": "float('nan')",
    "infinity": "[float('inf')]",
    "surrogate": "'\\ud800'",
    "number as a key": "{1: 2}",
    "nothing as a key": "{None: 1}",
    "text subclass": "Text('x')",
    "dict subclass": "{'a': Table()}",
    "boolean key": "{True: 1}",
    "decimal": "Decimal(1)",
}


@pytest.mark.parametrize("name", UNSOUND)
async def test_what_is_not_plain_json_is_no_result(runner: LocalRunner, name: str) -> None:
    source = (
        "from decimal import Decimal\nclass Text(str):\n    pass\nclass Table(dict):\n    pass\n"
        f"def run(ctx, arguments):\n    return {UNSOUND[name]}\n"
    )
    result = await run_source(runner, source)
    assert result.verdict is Verdict.RESULT_INVALID
    assert result.value is None


async def test_a_cycle_is_no_result(runner: LocalRunner) -> None:
    result = await run_source(runner, "def run(ctx, arguments):\n    a = []\n    a.append(a)\n    return a\n")
    assert result.verdict is Verdict.RESULT_INVALID


async def test_calls_after_the_one_that_died_are_not_believed(runner: LocalRunner) -> None:
    code = native("if arguments == 'die': os._exit(0)\nreturn arguments")
    request = RunRequest({"operation": code}, "operation", ["a", "die", "b", "c"])
    result = await runner.run(request, NoCapabilities())
    assert [call.verdict for call in result.calls] == [Verdict.OK, *[Verdict.NO_RESULT] * 3]
