"""Programs and frames that nobody thought of: the static layer, the guest and the host's end of the channel.

``NEXUS_FUZZ=100 pytest tests/security/hostile/test_fuzz.py`` tries a hundred times as many, other ones each time.
"""

# Words and grammars read better unwrapped.
# ruff: noqa: E501

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import marshal
import os
import struct
from collections.abc import Callable, Coroutine, Iterator
from types import CodeType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import Verdict
from sandbox.guest.compiler import compile_restricted
from sandbox.guest.frames import NotJson, parse_json
from sandbox.guest.offered import IMPORTABLE
from tests.security.hostile.case import NATIVE_HEAD, SETTINGS
from tests.security.hostile.cases import CASES
from tests.security.hostile.controls import CONTROLS, control_source
from tests.security.hostile.holding import Held, hold

TIMES = int(os.environ.get("NEXUS_FUZZ", "1"))
Call = Callable[[Coroutine[Any, Any, Any]], Any]

GUARDS = {
    "_getattr_", "_getitem_", "_getiter_", "_iter_unpack_sequence_", "_unpack_sequence_", "_write_", "_inplacevar_",
    "_apply_", "_print_", "_print", "_call_print", "__metaclass__", "__name__", "__module__", "__qualname__", "__init__",
    "__eq__", "__contains__", "__lt__", "__le__", "__ne__", "__gt__", "__ge__", "__doc__", "_", "__enter__", "__exit__",
    "__classcell__", "__future__", "__class__", "__firstlineno__", "__static_attributes__",
}  # fmt: skip
"""Hidden names that may stand in compiled code: RestrictedPython's own, and those of what classes and ``with`` need."""


def several(examples: int) -> settings:
    return settings(
        max_examples=examples * TIMES, derandomize=TIMES == 1, database=None, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )  # fmt: skip


LINES = sorted({
    line.strip()
    for text in [case.source for case in CASES if len(case.source) < 2000] + [control_source(b) for b, _ in CONTROLS.values()]
    for line in text.splitlines()
    if line.strip()
})  # fmt: skip
TOKENS = st.sampled_from([
    "__class__", "__globals__", "_getattr_", "getattr", "format", "mro", "gi_frame", "f_back", "obj", "ctx", "run", "json",
    "open", "eval", "lambda", "yield", "await", "async", "import", "from", "class", "def", "return", "(", ")", "[", "]", "{",
    "}", ".", ",", ":", "=", ":=", "+=", "*", "**", "@", "'{0.__class__}'", "f'{x.__class__}'", "\n    ", "\n", "if", "else",
    "for", "in", "while", "try:", "except* E:", "match x:", "case int(real=y):", "global", "nonlocal", "del", "with", "as",
    "１", "＿", "\u202e", "\x00", "\\", "#", "type", "print", "super", "0", "''", "None", "type X = int", "t'{x}'",
])  # fmt: skip
PROGRAMS = st.one_of(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=12).map("\n".join),
    st.lists(TOKENS, min_size=1, max_size=40).map(" ".join),
    st.lists(TOKENS | st.sampled_from(LINES), min_size=1, max_size=20).map(" ".join),
    st.text(max_size=200),
)


def hidden_names(code: CodeType) -> set[str]:
    own = {*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars}
    found = {name for name in own if name.startswith("_") and name not in GUARDS}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= hidden_names(constant)
    return found


@several(6000)
@given(PROGRAMS)
def test_what_compiles_names_nothing_hidden(program: str) -> None:
    code, found = compile_restricted("fuzz.py", program.encode("utf-8", "surrogatepass"), IMPORTABLE)
    assert (code is None) == bool(found)
    if code is not None:
        assert hidden_names(marshal.loads(code)) == set()


@several(4000)
@given(st.binary(max_size=300) | st.text(alphabet='{}[]":,0123456789eE+-.\\untrfals ', max_size=200).map(str.encode))
def test_what_is_not_json_is_said_to_be_none(body: bytes) -> None:
    try:
        value = parse_json(body)
    except NotJson:
        return
    json.dumps(value, allow_nan=False).encode("utf-8")


@contextlib.contextmanager
def held(setting: str) -> Iterator[tuple[Held, Call]]:
    """A setting of the sandbox, and what awaits something in its loop."""
    with asyncio.Runner() as loop:
        manager = hold(setting)
        opened = loop.run(manager.__aenter__())
        try:
            yield opened, loop.run
        finally:
            loop.run(manager.__aexit__(None, None, None))


NAMES = st.sampled_from([
    "ctx", "arguments", "run", "()", "''", "[]", "{}", "1", "json", "re", "str", "int", "list", "object", "getattr", "len",
    "map", "sorted", "format", "isinstance", "AdapterError", "json.loads", "re.compile('a')", "(i for i in [1])",
    "functools", "functools.partial", "ctx.log", "datetime.datetime", "collections.Counter()", "'{0.__class__}'",
])  # fmt: skip
ATTRIBUTES = st.sampled_from([
    "__class__", "__base__", "__subclasses__", "__globals__", "__init__", "__dict__", "__code__", "__self__", "__func__",
    "gi_frame", "f_globals", "mro", "format", "format_map", "func", "keywords", "sys", "modules", "_members", "_name",
    "obj", "args", "pattern", "real", "join", "upper", "items", "get", "pop",
])  # fmt: skip
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(inner, ATTRIBUTES).map(lambda pair: f"{pair[0]}.{pair[1]}"),
        st.tuples(inner, ATTRIBUTES).map(lambda pair: f"getattr({pair[0]}, '{pair[1]}')"),
        st.tuples(inner, ATTRIBUTES).map(lambda pair: f"getattr({pair[0]}, '{pair[1][:3]}' + '{pair[1][3:]}')"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]}({pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}, {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"list(map({pair[0]}, [{pair[1]}]))"),
        st.tuples(inner, inner).map(lambda pair: f"'{{0.{pair[0]}}}'.format({pair[1]})"),
        inner.map(lambda one: f"f'{{{one}!r}}'" if "'" not in one else one),
    ),
    max_leaves=8,
)
HEAD = "import collections, datetime, functools, json, re\nfrom nexus import AdapterError\n"


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_program_gets_out(setting: str) -> None:
    with held(setting) as (opened, call):

        @several(600)
        @given(st.lists(EXPRESSIONS, min_size=1, max_size=4))
        def attempt(expressions: list[str]) -> None:
            steps = "".join(
                f"    try:\n        seen.append(str({each})[:200])\n    except Exception as error:\n        seen.append(str(error))\n"
                for each in expressions
            )
            result = call(opened.run(f"{HEAD}def run(ctx, arguments):\n    seen = []\n{steps}    return seen\n"))
            assert opened.world.changes(str([result.value, result.error, result.logs])) == []

        attempt()
        assert call(opened.left_over()) == []
        assert call(opened.still_works())


FIELDS = st.sampled_from(
    ["t", "n", "value", "verdict", "error", "code", "message", "text", "capability", "payload", "kind"]
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10**20) | st.floats() | st.text(max_size=8)
    | st.sampled_from(["result", "log", "ask", "progress", "ok", "exception", "http", "files", "memory_exceeded"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
FRAMES = st.one_of(
    st.dictionaries(FIELDS, PLAIN, max_size=6).map(lambda frame: json.dumps(frame).encode()),
    st.fixed_dictionaries({"t": st.just("result"), "n": st.integers(-1, 1), "value": PLAIN}).map(lambda f: json.dumps(f).encode()),
    st.fixed_dictionaries({"t": st.just("ask"), "capability": PLAIN, "payload": PLAIN}).map(lambda f: json.dumps(f).encode()),
    st.binary(max_size=60),
)  # fmt: skip
WIRE = st.lists(
    FRAMES.map(lambda body: struct.pack(">I", len(body)) + body)
    | st.tuples(st.integers(0, 2**32 - 1), FRAMES).map(lambda pair: struct.pack(">I", pair[0]) + pair[1])
    | st.binary(max_size=12),
    max_size=6,
).map(b"".join)
SPEAKER = NATIVE_HEAD + (
    "    import base64\n    sent = base64.b64decode(arguments)\n"
    "    while sent: sent = sent[os.write(3, sent):]\n    os._exit(0)\n"
)


def test_no_bytes_on_the_channel_confuse_the_host() -> None:
    with held("kernel alone") as (opened, call):
        code = call(opened.compile(SPEAKER)).compiled["operation.py"].code

        @several(1200)
        @given(WIRE)
        def attempt(sent: bytes) -> None:
            result = call(opened.call(code, frozenset({"http"}), base64.b64encode(sent).decode()))
            assert isinstance(result.verdict, Verdict)
            if result.ok:
                # Whoever speaks the protocol is believed about the value that it returns, and about nothing else.
                assert b'"value"' in sent
            assert opened.world.changes(str([result.value, result.error, result.logs])) == []

        attempt()
        assert call(opened.left_over()) == []
        assert call(opened.still_works())
