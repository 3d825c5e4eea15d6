"""What takes too much of something, with the language layer on and off."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

import asyncio

import pytest

from sandbox import LocalRunner, Verdict
from tests.security.sandbox.attacks import native, run_code, run_source, still_works
from tests.security.sandbox.conftest import no_process_left

pytestmark = pytest.mark.asyncio(loop_scope="module")

_HEAD = "import re\nimport itertools\ndef run(ctx, arguments):\n"
THROUGH_THE_COMPILER = {
    "loop": ("while True:\n        pass", {Verdict.CPU_EXCEEDED}),
    "loop that swallows everything": (
        "while True:\n        try:\n            while True:\n                pass\n        except BaseException:\n            pass",
        {Verdict.CPU_EXCEEDED},
    ),
    "recursion": ("return run(ctx, arguments)", {Verdict.EXCEPTION}),
    "regular expression": ("return bool(re.match('(a+)+$', 'a' * 60 + 'b'))", {Verdict.CPU_EXCEEDED}),
    "power tower": ("return 9 ** 9 ** 9 % 7", {Verdict.CPU_EXCEEDED, Verdict.MEMORY_EXCEEDED}),
    "digits of a huge number": ("return str(10 ** 100000)", {Verdict.EXCEPTION}),
    "list": ("return [0] * 10 ** 10", {Verdict.MEMORY_EXCEEDED}),
    "growing list": ("box = []\n    while True:\n        box.append('x' * 100000)", {Verdict.MEMORY_EXCEEDED}),
    "string": ("return 'x' * 10 ** 10", {Verdict.MEMORY_EXCEEDED}),
    "endless generator": ("return list(itertools.count())", {Verdict.MEMORY_EXCEEDED, Verdict.CPU_EXCEEDED}),
    "product": ("return sum(1 for _ in itertools.product(range(100), repeat=9))", {Verdict.CPU_EXCEEDED}),
    "big result": ("return 'x' * 100000", {Verdict.OUTPUT_TOO_LARGE}),
    "result that shares itself": (
        "value = []\n    for _ in range(60):\n        value = [value, value]\n    return value",
        {Verdict.OUTPUT_TOO_LARGE},
    ),
    "deep result": (
        "value = []\n    for _ in range(100):\n        value = [value]\n    return value",
        {Verdict.RESULT_INVALID},
    ),
    "very deep result": (
        "value = []\n    for _ in range(100000):\n        value = [value]\n    return value",
        {Verdict.RESULT_INVALID},
    ),
}
AROUND_IT = {
    "loop": ("while True: pass", {Verdict.CPU_EXCEEDED}),
    "ignored signal": ("signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass", {Verdict.CPU_EXCEEDED}),
    "memory": ("bytearray(1 << 32)", {Verdict.MEMORY_EXCEEDED}),
    "memory by the kernel": ("box = []\nwhile True: box.append(bytearray(1 << 20))", {Verdict.MEMORY_EXCEEDED}),
    "hang in a finalizer": (
        "class Late:\n    def __del__(self):\n        while True: pass\nLate()",
        {Verdict.CPU_EXCEEDED},
    ),
}


@pytest.mark.parametrize("name", THROUGH_THE_COMPILER)
async def test_a_source_over_a_limit_is_stopped(runner: LocalRunner, name: str) -> None:
    body, expected = THROUGH_THE_COMPILER[name]
    result = await run_source(runner, f"{_HEAD}    {body}\n")
    assert result.verdict in expected, (result.verdict, result.error)
    assert await no_process_left(runner)
    assert await still_works(runner)


@pytest.mark.parametrize("name", AROUND_IT)
async def test_code_without_the_language_layer_is_stopped_too(runner: LocalRunner, name: str) -> None:
    attack, expected = AROUND_IT[name]
    result = await run_code(runner, native(attack))
    assert result.verdict in expected, (result.verdict, result.error)
    assert await no_process_left(runner)
    assert await still_works(runner)


async def test_waiting_for_ever_ends_with_the_wall_clock(runner: LocalRunner) -> None:
    result = await run_code(runner, native("os.read(3, 1)"), wall=0.5)
    assert result.verdict is Verdict.WALL_EXCEEDED
    assert await no_process_left(runner)


async def test_a_gigabyte_of_print_is_cut_and_says_so(runner: LocalRunner) -> None:
    source = "def run(ctx, arguments):\n    for _ in range(1000):\n        print('x' * 1000000)\n    return 'done'\n"
    result = await run_source(runner, source)
    assert result.value == "done"
    assert sum(map(len, result.logs)) < 70_000
    assert result.logs[-1] == "[log truncated]"


async def test_control_characters_in_a_log_are_written_out(runner: LocalRunner) -> None:
    result = await run_source(runner, "def run(ctx, arguments):\n    print('\\x1b[2J\\x07')\n")
    assert result.logs == ["\\x1b[2J\\x07"]


async def test_attacks_at_once_do_not_disturb_an_honest_run(runner: LocalRunner) -> None:
    loops = asyncio.gather(*(run_code(runner, native("while True: pass")) for _ in range(3)))
    assert await still_works(runner)
    looped = await loops
    assert {result.verdict for result in looped} == {Verdict.CPU_EXCEEDED}


SOURCES = {
    "nested parentheses": "x = " + "(" * 300 + ")" * 300,
    "unary operators": "x = " + "-" * 200_000 + "1",
    "nested calls": "x = " + "f(" * 2000 + ")" * 2000,
    "nested lists": "x = " + "[" * 5000 + "]" * 5000,
    "long chain": "x = " + "+".join("1" for _ in range(20_000)),
    "huge": "x = 1\n" * 60_000,
    "nested blocks": "".join(" " * depth + "if 1:\n" for depth in range(150)),
    "not utf-8": "x = '\udcff'",
    "null byte": "x = 1\x00",
}


@pytest.mark.parametrize("name", SOURCES)
async def test_a_source_that_strains_the_compiler_is_a_finding(runner: LocalRunner, name: str) -> None:
    source = SOURCES[name].encode("utf-8", "surrogateescape")
    result = await runner.compile({"bad.py": source, "good.py": b"def run(ctx, arguments):\n    return 1\n"})
    assert set(result.findings) == {"bad.py"}
    assert set(result.compiled) == {"good.py"}
