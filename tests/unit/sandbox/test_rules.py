"""The policy's own reading of a source."""

from __future__ import annotations

import pytest

from sandbox.guest import rules

IMPORTABLE = frozenset({"json", "rest", "urllib.parse"})


def codes(source: str) -> list[tuple[str, int]]:
    reading = rules.read(source.encode())
    if isinstance(reading, rules.Breach):
        return [(reading.code, reading.line)]
    return [(breach.code, breach.line) for breach in rules.breaches(reading, IMPORTABLE)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import json\nfrom rest import a as b\nimport urllib.parse\n", []),
        ("import os", [("import_denied", 1)]),
        ("x = 1\nfrom json import *", [("import_denied", 2)]),
        ("from . import rest", [("import_denied", 1)]),
        ("import urllib", [("import_denied", 1)]),
        ("x = ().__class__", [("attribute_denied", 1)]),
        ("x = 'a'.format_map", [("attribute_denied", 1)]),
        ("_x = 1", [("name_denied", 1)]),
        ("_ = 1", []),
        ("def f(_x):\n    pass", [("name_denied", 1)]),
        ("class A:\n    def __init__(self):\n        pass", []),
        ("class A:\n    def __call__(self):\n        pass", [("name_denied", 2)]),
        ("x = open", [("builtin_denied", 1)]),
        ("open = 1\nx = open", []),
        ("def f(type):\n    return type", []),
        ("x = nothing", [("undefined_name", 1)]),
        ("def f():\n    return later()\ndef later():\n    pass", []),
        ("[y for y in range(3)]\n", []),
        ("try:\n    pass\nexcept ValueError as e:\n    print(e)", []),
        ("match 1:\n    case 1:\n        pass", [("statement_denied", 1)]),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x", [("statement_denied", 4)]),
        ("async def f():\n    pass", [("statement_denied", 1)]),
        ("class A(metaclass=int):\n    pass", [("statement_denied", 1)]),
        ("x = (", [("syntax", 1)]),
        ("x = " + "(" * 150 + "1" + ")" * 150, []),
        ("x = " + "-" * 300 + "1", [("too_deep", 1)]),
        ("x = 1\n" * 50_000, [("too_large", 1)]),
    ],
)
def test_breaches_are_named_with_their_line(source: str, expected: list[tuple[str, int]]) -> None:
    assert codes(source) == expected


def test_every_breach_says_how_to_mend_it() -> None:
    source = "import os\nx = _y\nz = eval('1')\nclass A:\n    def __call__(self):\n        pass\n"
    reading = rules.read(source.encode())
    assert isinstance(reading, rules.Reading)
    found = rules.breaches(reading, IMPORTABLE)
    assert len(found) == 4
    assert all(breach.sentence and breach.hint for breach in found)
