"""Ways to end, what is inherited, what is left for the next, and what is no result."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

from tests.security.hostile.case import NATIVE_HEAD, Case, bodies, indented, native

EXITS = {
    "system exit": "raise SystemExit(0)",
    "keyboard interrupt": "raise KeyboardInterrupt",
    "generator exit": "raise GeneratorExit",
    "base exception": "raise BaseException('end')",
    "an exception that cannot be written": "class Bad(Exception):\n    def args(self):\n        return 1\nraise Bad('\\ud800')",
}
SILENT = {
    "exit 0": "os._exit(0)",
    "exit 3": "os._exit(3)",
    "exit by system call": "call(libc.syscall, 231, 0)",
    "close its channel": "os.close(3)\nos._exit(0)",
}
CRASHES = {
    "null pointer": "ctypes.string_at(0)",
    "stack": "def deep(): return deep()\nsys.setrecursionlimit(10 ** 9)\nctypes.pythonapi.PyEval_EvalCode(0, 0, 0)",
}
LATE = {
    "at exit": "modules['atexit'].register(open, '@FOLDER@/late', 'w')\nraise builtins.ValueError('now')",
    "finalizer": "class Late:\n    def __del__(self): open('@FOLDER@/late', 'w')\nkept = [Late()]\nkept.append(kept)\nraise builtins.ValueError('now')",
    "handler of a signal": "signal.signal(signal.SIGTERM, lambda *_: open('@FOLDER@/late', 'w'))\nraise builtins.ValueError('now')",
    "hook of the interpreter": "sys.excepthook = lambda *_: open('@FOLDER@/late', 'w')\nraise builtins.ValueError('now')",
    "audit hook": "sys.addaudithook(lambda *_: None)\nraise builtins.ValueError('now')",
}
INHERITED = {
    "the environment": "assert not os.environ and not os.environb\nraise builtins.ValueError(str(os.environ))",
    "the environment by the library": "libc.getenv.restype = ctypes.c_char_p\nassert libc.getenv(b'NEXUS_CANARY') is None\nraise builtins.ValueError('none')",
    "the first block of the process": "libc.environ = 0\nreturn open('/proc/self/environ', 'rb').read().decode()",
    "descriptors": "for fd in range(4, 1024):\n    try:\n        os.lseek(fd, 0, 1)\n    except builtins.OSError as error:\n        assert error.errno == 9, fd\nraise builtins.ValueError('none')",
    "standard input": "assert os.read(0, 100) == b''\nraise builtins.ValueError('empty')",
    "arguments": "assert not [one for one in sys.argv if 'canary' in one]\nraise builtins.ValueError('none')",
    "objects of the collector": "found = [one for one in modules['gc'].get_objects() if isinstance(one, str) and 'NEXUS_CANARY' in one]\nraise builtins.ValueError(str(len(found)))",
    "the service's modules": "assert not [name for name in modules if name.split('.')[0] in ('core', 'modules', 'sandbox', 'pydantic')]\nraise builtins.ValueError('none')",
}
NO_RESULT = {
    "set": "return {1, 2}",
    "tuple": "return (1, 2)",
    "bytes": "return b'x'",
    "object": "return object()",
    "function": "return run",
    "not a number": "return float('nan')",
    "infinity": "return [float('inf')]",
    "a float over the largest": "return 1e400",
    "half a surrogate": "return '\\ud800'",
    "number as a key": "return {1: 2}",
    "nothing as a key": "return {None: 1}",
    "boolean as a key": "return {True: 1}",
    "text subclass": "class Text(str):\n    pass\nreturn Text('x')",
    "dictionary subclass": "class Table(dict):\n    pass\nreturn {'a': Table()}",
    "number subclass": "class Number(int):\n    pass\nreturn [Number(1)]",
    "decimal": "import decimal\nreturn decimal.Decimal(1)",
    "cycle": "value = []\nvalue.append(value)\nreturn value",
    "cycle of dictionaries": "value = {}\nvalue['a'] = [value]\nreturn value",
    "deep": "value = []\nfor _ in range(100):\n    value = [value]\nreturn value",
    "very deep": "value = []\nfor _ in range(100000):\n    value = [value]\nreturn value",
    "generator": "return (item for item in [1])",
    "the context": "return ctx",
}
# (what an earlier run leaves, what the next run finds of it)
SMUGGLED = {
    "builtins": ("builtins.canary = 'left'", "return str(builtins.canary)"),
    "a module": ("sys.modules['canary'] = sys", "return str(modules['canary'])"),
    "a facade": ("json.canary = 'left'", "return json.canary"),
    "an attribute of a function": ("json.dumps.canary = 'left'", "return json.dumps.canary"),
    "a signal handler": (
        "signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "assert signal.getsignal(signal.SIGUSR1) != signal.SIG_IGN\nraise builtins.ValueError('default')",
    ),
    "a limit": (
        "call(libc.syscall, 160, 7, None)",
        "assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 16\nraise builtins.ValueError('as it was')",
    ),
    "shared memory": ("call(libc.shmget, 4711, 4096, 0o1600)", "call(libc.shmget, 4711, 4096, 0o600)"),
}


def smuggled() -> list[Case]:
    """An earlier run's gifts are not there for the next one."""
    return [
        Case(
            "smuggling between runs",
            name,
            NATIVE_HEAD + indented(look),
            ("refused", end, end),
            before=NATIVE_HEAD + indented(leave),
        )
        for name, (leave, look) in SMUGGLED.items()
        for end in ["killed" if name == "shared memory" else "error or denied"]
    ]


CASES: list[Case] = [
    *bodies("exits", EXITS, "error or refused", "error"),
    *native("silent exits", SILENT, "nothing"),
    *native("crashes", CRASHES, "crash"),
    *native("after the end", LATE, "error or denied"),
    *native("inheritance", INHERITED, "error or denied"),
    *bodies("no plain JSON", NO_RESULT, "invalid", "invalid or error or import", "invalid"),
    *smuggled(),
]
