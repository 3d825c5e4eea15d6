"""What takes too much of something: memory, time, output, the compiler's patience."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

from tests.security.hostile.case import Case, bodies, native, sources

MEMORY = {
    "list": "return [0] * 10 ** 10",
    "growing list": "box = []\nwhile True:\n    box.append('x' * 100000)",
    "string": "return 'x' * 10 ** 10",
    "bytes": "return len(bytes(10 ** 10))",
    "dictionary": "return len(dict.fromkeys(range(10 ** 9)))",
    "doubling text": "text = 'x'\nwhile True:\n    text = text + text",
    "format width": "return len('{:>9999999999}'.format(1))",
    "percent width": "return len('%9999999999d' % 1)",
    "join": "return len('x'.join(['y' * 10 ** 6] * 10 ** 6))",
    "replace": "return len(('x' * 10 ** 6).replace('x', 'y' * 10 ** 6))",
    "zip bomb of text": "return len(('x' * 1000).expandtabs().center(10 ** 10))",
}
PROCESSOR = {
    "loop": "while True:\n    pass",
    "loop that swallows everything": "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    "product": "import itertools\nreturn sum(1 for _ in itertools.product(range(100), repeat=9))",
    "combinations": "import itertools\nreturn sum(1 for _ in itertools.permutations(range(40)))",
    "sum without end": "import itertools\nreturn sum(itertools.repeat(0))",
    "factorial": "import math\nreturn math.factorial(10 ** 7) % 7",
    "power": "return pow(3, 10 ** 9, 10 ** 400000) % 7",
    "many comparisons": "a, b = [0] * 20000, []\nfor _ in range(100000):\n    b = a == [*a]\nreturn b",
}
EXPRESSIONS = {
    "nested repeats": "import re\nreturn bool(re.match('(a+)+$', 'a' * 60 + 'b'))",
    "alternatives": "import re\nreturn bool(re.match('(a|a)*$', 'a' * 60 + 'b'))",
    "back references": "import re\nreturn bool(re.match(r'(.*)(.*)(.*)(.*)(.*)\\1\\2\\3\\4\\5x', 'ab' * 500))",
}
NUMBERS = {
    "power tower": "return 9 ** 9 ** 9 % 7",
    "shift": "return (1 << 10 ** 11) % 7",
    "decimal": "import decimal\nreturn str(decimal.Decimal(2) ** decimal.Decimal(10 ** 9))[:5] + str(9 ** 9 ** 9)[:1]",
}
DIGITS = {
    "digits of a huge number": "return str(10 ** 100000)",
    "number from many digits": "return int('9' * 100000)",
}
RECURSION = {
    "function": "return run(ctx, arguments)",
    "two functions": "def ping(n):\n    return pong(n + 1)\ndef pong(n):\n    return ping(n + 1)\nreturn ping(0)",
    "a property": "class A:\n    def value(self):\n        return self.value()\nreturn A().value()",
    "sort key": "def key(item):\n    return sorted([1, 2], key=key)[0]\nreturn sorted([1, 2], key=key)",
    "json": "import json\nreturn json.loads('[' * 100000 + ']' * 100000)",
}
OUTPUT = {
    "big result": "return 'x' * 100000",
    "result that shares itself": "value = []\nfor _ in range(60):\n    value = [value, value]\nreturn value",
    "many keys": "return dict.fromkeys(map(str, range(100000)))",
}
GENERATORS = {
    "endless list": "import itertools\nreturn list(itertools.count())",
    "endless generator": "def forever():\n    while True:\n        yield 'x' * 1000\nreturn list(forever())",
}
NATIVE_LOOPS = {
    "loop": "while True: pass",
    "ignored signal": "signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
    "hang in a finalizer": "class Late:\n    def __del__(self):\n        while True: pass\nLate()",
    "hang in the cleanup of an exception": "try:\n    builtins.open('@FILE@')\nfinally:\n    while True: pass",
    "hang at the end of a generator": "def g():\n    try:\n        yield\n    finally:\n        while True: pass\nfor _ in g(): break\nwhile True: pass",
    "hang as the result is written": "class Late(dict):\n    def items(self):\n        while True: pass\n    keys = values = __iter__ = items\nreturn [*Late()]",
}
NATIVE_MEMORY = {
    "one block": "bytearray(1 << 32)",
    "block after block": "box = []\nwhile True: box.append(bytearray(1 << 20))",
    "mapped": "call(libc.syscall, 9, 0, 1 << 40, 3, 34, -1, 0) and bytearray(1 << 40)",
}
COMPILER = {
    "nested parentheses": "x = " + "(" * 300 + ")" * 300,
    "unary operators": "x = " + "-" * 200_000 + "1",
    "nested calls": "x = " + "f(" * 2000 + ")" * 2000,
    "nested lists": "x = " + "[" * 5000 + "]" * 5000,
    "not UTF-8": "x = '\udcff'",
    "a null byte": "x = 1\x00",
}
LARGE = {
    "a long chain": "x = " + "+".join("1" for _ in range(20_000)),
    "sixty thousand lines": "x = 1\n" * 60_000,
}
DEEP = {
    "nested blocks": "if 1:\n" + "".join(" " * depth + "if 1:\n" for depth in range(1, 98)) + " " * 98 + "x = 1",
}
PRINTED = {"a hundred megabytes": "for _ in range(100):\n    print('x' * 1000000)\nraise ValueError('printed')"}

RAW_OUTPUT = {
    "a gigabyte to standard output": "block = b'x' * 1000000\nfor _ in range(1000): os.write(1, block); os.write(2, block)\nraise builtins.ValueError('written')",
}

CASES: list[Case] = [
    *native("raw output", RAW_OUTPUT, "error"),
    *bodies("memory bombs", MEMORY, "memory"),
    *bodies("processor bombs", PROCESSOR, "cpu", "cpu or import", "cpu"),
    *bodies("regular expressions", EXPRESSIONS, "cpu"),
    *bodies("numbers", NUMBERS, "cpu or memory or error"),
    *bodies("digits", DIGITS, "error"),
    *bodies("recursion", RECURSION, "error or import"),
    *bodies("large results", OUTPUT, "output"),
    *bodies("endless generators", GENERATORS, "memory or cpu"),
    *bodies("printing", PRINTED, "error"),
    *native("hangs in cleanup", NATIVE_LOOPS, "cpu"),
    *native("memory by the kernel", NATIVE_MEMORY, "memory or error"),
    *sources("strains on the compiler", COMPILER, "refused"),
    *sources("large sources", LARGE, "refused", "harmless or refused"),
    *sources("deep sources", DEEP, "harmless"),
]
