"""Attacks in the restricted dialect: refused when compiled, or failing when run."""

from __future__ import annotations

import pytest

from sandbox import LocalRunner, Verdict
from tests.security.sandbox.attacks import run_source

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = {
    # walks through double underscores
    "subclasses": "x = ().__class__.__base__.__subclasses__()",
    "globals of a function": "def f():\n    pass\nx = f.__globals__",
    "builtins key": "x = __builtins__",
    "method resolution order": "x = int.mro()",
    "type": "x = type(1)",
    "metaclass": "class A(metaclass=int):\n    pass",
    "class keyword": "class A(object, flag=1):\n    pass",
    "match on a class": "match 1:\n    case int(real=x):\n        pass",
    "f-string": "x = f'{().__class__}'",
    "format map": "x = '{a}'.format_map({})",
    "getter of operator": "from operator import attrgetter",
    "method caller": "from operator import methodcaller",
    # frames
    "generator frame": "x = (i for i in []).gi_frame",
    "generator code": "x = (i for i in []).gi_code",
    "yield from": "x = (i for i in []).gi_yieldfrom",
    "coroutine": "async def f():\n    pass\nx = f().cr_frame",
    "await": "async def f():\n    await f()",
    "traceback frame": "try:\n    1 / 0\nexcept Exception as e:\n    x = e.__traceback__.tb_frame",
    "frame back": "x = (1).f_back",
    "context of an exception": "try:\n    1 / 0\nexcept Exception as e:\n    x = e.__context__",
    "except star": "try:\n    pass\nexcept* ValueError:\n    pass",
    # names that RestrictedPython relies on
    "assign a guard": "_getattr_ = getattr",
    "guard as an argument": "def f(_getattr_):\n    return 1",
    "guard as a positional argument": "def f(_getattr_, /):\n    return 1",
    "guard as a keyword argument": "def f(*, _write_=1):\n    return 1",
    "guard as star arguments": "def f(*_getitem_):\n    return 1",
    "guard by walrus": "(_write_ := 1)",
    "guard in a loop": "for _write_ in []:\n    pass",
    "guard in a with": "with x as _write_:\n    pass",
    "guard of an exception": "try:\n    pass\nexcept Exception as _write_:\n    pass",
    "guard by import": "import json as _getattr_",
    "guard from import": "from json import loads as _getattr_",
    "guard as a function": "def _getattr_(a, b):\n    pass",
    "guard as a class": "class _write_:\n    pass",
    "guard by global": "def f():\n    global _getattr_\n    _getattr_ = 1",
    "guard in a comprehension": "x = [1 for _getiter_ in []]",
    "guard in a lambda": "x = lambda _getattr_: 1",
    "guard by augmented assignment": "_getattr_ += 1",
    "guard by annotation": "_getattr_: int = 1",
    "guard by delete": "del _getattr_",
    "unicode underscore": "\uff3f\uff3fclass\uff3f\uff3f = 1",
    "unicode attribute": "x = ().\uff3f_class__",
    "coding cookie": "# coding: utf-7\n+AF8-x = 1",
    # magic methods
    "getattr hook": "class A:\n    def __getattr__(self, name):\n        return 1",
    "call hook": "class A:\n    def __call__(self):\n        return 1",
    "init subclass": "class A:\n    def __init_subclass__(cls):\n        pass",
    "slots": "class A:\n    __slots__ = ()",
    "del hook": "class A:\n    def __del__(self):\n        pass",
    # imports
    "os": "import os",
    "sys": "import sys",
    "subprocess": "import subprocess",
    "socket": "import socket",
    "importlib": "import importlib",
    "ctypes": "import ctypes",
    "cffi": "import cffi",
    "pickle": "import pickle",
    "marshal": "import marshal",
    "code": "import code",
    "builtins": "import builtins",
    "gc": "import gc",
    "inspect": "import inspect",
    "threading": "import threading",
    "atexit": "import atexit",
    "guest": "import guest",
    "our own package": "import sandbox.guest.kernel",
    "restricted python": "import RestrictedPython",
    "submodule": "import json.decoder",
    "relative": "from . import rest",
    "parent": "from .. import rest",
    "star": "from json import *",
    "lazily": "def f():\n    import os",
    "time": "import time",
    "strptime's module": "import _strptime",
    "import call": "x = __import__('os')",
    # builtins
    "eval": "x = eval('1')",
    "exec": "exec('1')",
    "compile": "x = compile('1', '', 'eval')",
    "open": "x = open('/etc/passwd')",
    "input": "x = input()",
    "breakpoint": "breakpoint()",
    "vars": "x = vars()",
    "globals": "x = globals()",
    "locals": "x = locals()",
    "dir": "x = dir()",
    "super": "class A:\n    def f(self):\n        return super().f()",
    "memoryview": "x = memoryview(b'')",
    "setattr": "setattr(1, 'a', 2)",
    "delattr": "delattr(1, 'a')",
    "exit": "exit()",
    "an alias of eval": "e = eval",
    "nonlocal": "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2",
}


@pytest.mark.parametrize("name", REFUSED)
async def test_it_does_not_compile(runner: LocalRunner, name: str) -> None:
    source = f"{REFUSED[name]}\ndef run(ctx, arguments):\n    return 1\n"
    result = await runner.compile({"operation.py": source.encode()})
    assert not result.compiled
    for finding in result.findings["operation.py"]:
        assert finding.place.startswith("operation.py:")
        assert finding.sentence
        assert finding.hint


FAILS = {
    "joined name": "return getattr((), '__cla' + 'ss__')",
    "joined name with default": "return getattr((), '__class__', None).name",
    "hidden by hasattr": "return [][hasattr((), '__class__')]",
    "map of getattr": "return list(map(getattr, [()], ['__class__']))",
    "partial of getattr": "return functools.partial(getattr, ())('__class__')",
    "text subclass as a name": "class Name(str):\n        pass\n    return getattr((), Name('__class__'))",
    "format field": "return '{0.__class__}'.format(())",
    "format item": "return '{0[a]}'.format({'a': 1})",
    "format in a specification": "return '{:{0.real}}'.format(1)",
    "unbound format": "return str.format('{0.__class__}', ())",
    "format by map": "return list(map(str.format, ['{0.__class__}'], [()]))",
    "format by getattr": "return getattr(str, 'format')('{0.__class__}', ())",
    "format of a subclass": "class Text(str):\n        pass\n    return Text('{0.__class__}').format(())",
    "format map by getattr": "return getattr('{a}', 'format_map')({})",
    "mro by getattr": "return getattr(int, 'mro')()",
    "generator frame by getattr": "return getattr((i for i in []), 'gi_frame')",
    "frame of a facade's generator": "return getattr(iter(csv.DictReader([])), 'gi_frame')",
    "string formatter": "return string.Formatter()",
    "json's decoder": "return json.decoder",
    "json's codecs": "return json.codecs",
    "re's enum": "return re.enum.sys",
    "datetime's sys": "return datetime.sys",
    "statistics' sys": "return statistics.sys",
    "collections' abc": "return collections.abc.sys",
    "urllib's request": "return urllib.parse.sys",
    "zoneinfo's file reader": "return zoneinfo.ZoneInfo.from_file",
    "write to a facade": "json.loads = None",
    "delete from a facade": "del json.loads",
    "write to a type": "datetime.datetime.now = None",
    "write to a function": "json.loads.flag = 1",
    "write to a bundle's builtin": "int.real = 1",
    "object of an error": "try:\n        json.nothing\n    except AttributeError as e:\n        return str(e.obj)",
    "context's hidden parts": "return getattr(ctx, '_ask')",
    "ungranted capability": "return ctx.http.request('GET', 'http://x')",
    "unknown time zone path": "return zoneinfo.ZoneInfo('../../../etc/passwd')",
    "unknown codec": "return 'x'.encode('cp037')",
    "system exit": "raise SystemExit(0)",
    "keyboard interrupt": "raise KeyboardInterrupt",
    "generator exit": "raise GeneratorExit",
}
_IMPORTS = "import collections, csv, datetime, functools, json, re, statistics, string, urllib.parse, zoneinfo\n"


@pytest.mark.parametrize("name", FAILS)
async def test_it_fails_when_run(runner: LocalRunner, name: str) -> None:
    result = await run_source(runner, f"{_IMPORTS}def run(ctx, arguments):\n    {FAILS[name]}\n")
    assert result.verdict is Verdict.EXCEPTION, (result.verdict, result.value)
    assert result.error is not None
    assert "file" in result.error


async def test_an_import_that_the_compiler_never_saw_is_denied(runner: LocalRunner) -> None:
    import marshal

    from tests.security.sandbox.attacks import run_code

    code = marshal.dumps(compile("def run(ctx, arguments):\n    import os\n    return os\n", "x.py", "exec"))
    result = await run_code(runner, code)
    assert result.verdict is Verdict.IMPORT_DENIED


async def test_what_c_code_imports_is_no_module_for_the_guest(runner: LocalRunner) -> None:
    import marshal

    from tests.security.sandbox.attacks import run_code

    code = marshal.dumps(compile("def run(ctx, arguments):\n    import time\n    return time.sleep\n", "x.py", "exec"))
    result = await run_code(runner, code)
    assert result.verdict is Verdict.EXCEPTION
    assert result.error is not None
    assert "offers no 'sleep'" in result.error["message"]
