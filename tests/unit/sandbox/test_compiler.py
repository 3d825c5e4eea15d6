"""Compilation of one source, and that the dialect means what Python means."""

from __future__ import annotations

import marshal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.guest.compiler import compile_restricted
from sandbox.guest.guards import Printer, restricted_builtins, restricted_globals

IMPORTABLE = frozenset({"json"})


def execute(source: str) -> dict[str, Any]:
    code, found = compile_restricted("operation.py", source.encode(), IMPORTABLE)
    assert code is not None, found
    written: list[str] = []
    namespace = restricted_globals("operation", restricted_builtins(__import__), Printer(written.append))
    exec(marshal.loads(code), namespace)
    namespace["written"] = written
    return namespace


def plain(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    return namespace


@pytest.mark.parametrize(
    "source",
    [
        "x: int = 1",
        "x: int\nx = 2",
        "x = {'a': 1}\nx['a'] += 2",
        "x = [[1], [2]]\nx[0] += [3]",
        "x = [1, 2, 3, 4]\nx[1:3] *= 2",
        "x = {}\nx[(1, 2)] = 1\nx[1, 2] -= 5",
        "x = []\nf = x.append\ndef key():\n    f(1)\n    return 0\ny = [5]\ny[key()] += 1",
        "class A:\n    n = 1\na = A()\na.n += 4\nx = [a.n, A.n]",
        "class A:\n    n: int = 1\n    m: str\nx = A().n",
        "x = {'a': {'b': 1}}\nx['a']['b'] **= 3\nx['a']['b'] //= 1",
        "def f(n):\n    box = {'n': 0}\n    for i in range(n):\n        box['n'] += i\n    return box\nx = f(5)",
        "step1 = 7\nx = [1]\nx[0] += step1",
        "x = 0\nwhile x < 3:\n    x += 1\nelse:\n    x += 10",
        "x = [1]\nif True:\n    x[0] <<= 2\n    x[0] |= 1\n    x[0] ^= 2",
    ],
)
def test_the_dialect_means_what_python_means(source: str) -> None:
    assert execute(source)["x"] == plain(source)["x"]


def test_evaluation_order_of_an_augmented_item_is_python_s() -> None:
    source = (
        "log = []\nbox = {'k': 1}\ndef note(name, value):\n    log.append(name)\n    return value\n"
        "note('target', box)[note('key', 'k')] += note('value', 1)\nx = log"
    )
    assert execute(source)["x"] == plain(source)["x"] == ["target", "key", "value"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-9, 9)), max_size=8))
def test_counting_into_a_dict_agrees_with_python(pairs: list[tuple[str, int]]) -> None:
    source = (
        f"x = {{'a': 0, 'b': 0, 'c': 0}}\nfor k, v in {pairs!r}:\n    x[k] += v\n    x[k] *= 2\n"
        if pairs
        else "x = {}\n"
    )
    assert execute(source)["x"] == plain(source)["x"]


def test_print_goes_to_the_writer() -> None:
    assert execute("print('a', 1, sep='-')\nprint()")["written"] == ["a-1", ""]


def test_the_code_carries_the_bundle_s_path() -> None:
    code, _ = compile_restricted("operations/get.py", b"def run(ctx, arguments):\n    return 1\n", IMPORTABLE)
    assert code is not None
    assert marshal.loads(code).co_filename == "operations/get.py"


def test_a_rule_of_restrictedpython_alone_is_still_a_finding() -> None:
    code, found = compile_restricted("a.py", b"printed = 1\n", IMPORTABLE)
    assert code is None
    assert found[0].code == "restricted"
    assert found[0].line == 1
