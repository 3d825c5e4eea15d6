"""What broke others, each with where it did."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

from tests.security.hostile.case import Case, bodies, sources

# A validator that ran what it validated: Langflow, CVE-2025-3248.
AT_VALIDATION = {
    "in a default argument": "def f(x=open('@FOLDER@/escape', 'w')):\n    pass",
    "in a decorator": "@open('@FOLDER@/escape', 'w').write\ndef f():\n    pass",
    "in an annotation": "def f(x: open('@FOLDER@/escape', 'w')):\n    pass",
    "in the bases of a class": "class A(open('@FOLDER@/escape', 'w').__class__):\n    pass",
    "in the body of a class": "class A:\n    x = open('@FOLDER@/escape', 'w')",
}
# Attributes of allowed modules lead to others: smolagents, CVE-2025-5120; Langflow again, pull request 15198.
THROUGH_MODULES = {
    "json to codecs to os": "import json\nreturn json.codecs.sys.modules['os'].system('true')",
    "json's decoder to os": "import json\nreturn json.decoder.scanner.re.enum.sys.modules['os'].system('true')",
    "re's enum to os": "import re\nreturn re.enum.sys.modules['os'].system('true')",
    "datetime to os": "import datetime\nreturn datetime.sys.modules['os'].system('true')",
    "statistics to os": "import statistics\nreturn statistics.random._os.system('true')",
    "collections to os": "import collections\nreturn collections._sys.modules['os'].system('true')",
    "typing to os": "import typing\nreturn typing.sys.modules['os'].system('true')",
    "base64 to os": "import base64\nreturn base64.binascii.__spec__.loader",
    "zoneinfo to os": "import zoneinfo\nreturn zoneinfo._tzpath.os.system('true')",
}
# From a class up to everything that is loaded: smolagents, CVE-2025-9959; mcp-use, issue 1718.
THROUGH_CLASSES = {
    "subprocess among the subclasses": "return [k for k in ().__class__.__base__.__subclasses__() if k.__name__ == 'Popen'][0](['true'])",
    "builtins put together again": "return [k for k in ().__class__.__base__.__subclasses__() if k.__name__ == '_wrap_close'][0].__init__.__globals__['system']('true')",
    "import put together again": "return ctx.__init__.__globals__['__builtins__']['__import__']('os').system('true')",
    "from the context's own methods": "return ctx.__class__.__init__.__globals__['json'].codecs.sys.modules['os'].fork()",
    "from an error": "try:\n    ctx.nothing\nexcept AttributeError as e:\n    return e.__traceback__.tb_next.tb_frame.f_globals['__builtins__']['open']('@FOLDER@/escape', 'w')",
}
# A list of forbidden modules forgets one: smolagents, issue 2094.
FORGOTTEN = {
    "ctypes": "import ctypes\nreturn ctypes.CDLL(None).system(b'true')",
    "ctypes, the inner one": "import _ctypes\nreturn _ctypes.dlopen('@FILE@', 2)",
}
# Objects left behind act when the host touches them: smolagents, issue 2395.
TIME_BOMBS = {
    "compared": "class Bomb:\n    def __eq__(self, other):\n        open('@FOLDER@/escape', 'w')\nreturn [Bomb()]",
    "collected": "class Bomb:\n    def __del__(self):\n        open('@FOLDER@/escape', 'w')\nreturn [Bomb()]",
    "written": "class Bomb(dict):\n    def __iter__(self):\n        open('@FOLDER@/escape', 'w')\nreturn Bomb(a=1)",
    "read": "class Bomb(str):\n    def __str__(self):\n        open('@FOLDER@/escape', 'w')\nraise ValueError(Bomb('x'))",
    "described": "class Bomb(Exception):\n    def __str__(self):\n        open('@FOLDER@/escape', 'w')\nraise Bomb",
}
# The cache of modules: microsoft/agent-governance-toolkit, pull request 2631.
CACHE = {"the cache of modules": "import sys\nreturn sys.modules['os'].system('true')"}

CASES: list[Case] = [
    *sources("lessons: at validation", AT_VALIDATION, "refused", "error or killed", "killed"),
    *bodies("lessons: through modules", THROUGH_MODULES, "error or refused", "error", "killed or error or invalid"),
    *bodies("lessons: through classes", THROUGH_CLASSES, "refused", "killed or error"),
    *bodies("lessons: the forgotten module", FORGOTTEN, "refused", "import", "killed or denied"),
    *bodies(
        "lessons: time bombs",
        TIME_BOMBS,
        "refused",
        "invalid or error or nothing",
        "invalid or error or killed or nothing",
    ),
    *bodies("lessons: the cache of modules", CACHE, "refused", "import", "killed"),
]
