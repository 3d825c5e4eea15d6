"""Honest adapters: what a plain author writes must work, or a sandbox that denies everything would pass."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

_IMPORTS = """
from __future__ import annotations
import base64, collections, csv, datetime, decimal, functools, hashlib, html, io, itertools, json, math, re
import statistics, string, textwrap, unicodedata, urllib.parse, zoneinfo
from typing import Any, Optional
from nexus import AdapterError
"""
CONTROLS: dict[str, tuple[str, Any]] = {
    "arithmetic": (
        "return [7 // 2, 7 % 2, 2 ** 10, -7 // 2, divmod(7, 2)[1], round(2.675, 2)]",
        [3, 1, 1024, -4, 1, 2.67],
    ),
    "comprehensions": ("return {k: [i * i for i in range(v)] for k, v in {'a': 3}.items() if v}", {"a": [0, 1, 4]}),
    "collections of builtins": (
        "return [sorted({3, 1, 2}), list(zip('ab', [1, 2]))[1][0], tuple([1])[0], list(reversed([1, 2])), max(1, 2), min([3]),"
        " sum([1, 2]), any([0, 1]), all([]), list(map(str, [1])), list(filter(None, [0, 2])), len(frozenset([1]))]",
        [[1, 2, 3], "b", 1, [2, 1], 2, 3, 3, True, True, ["1"], [2], 1],
    ),
    "enumerate and next": (
        "return [list(i for i, _ in enumerate('ab', 1)), next(iter([5])), next(iter([]), 9)]",
        [[1, 2], 5, 9],
    ),
    "annotated assignment": ("total: int = 0\n    later: str\n    total += 2\n    return total", 2),
    "augmented item": ("box = {'a': 1}\n    box['a'] += 2\n    box['a'] *= 3\n    return box", {"a": 9}),
    "augmented list keeps identity": (
        "box = {'a': [1]}\n    same = box['a']\n    box['a'] += [2]\n    return same",
        [1, 2],
    ),
    "augmented slice": ("box = [1, 2, 3]\n    box[0:1] += [9]\n    return box", [1, 9, 2, 3]),
    "augmented item, key once": (
        "seen = []\n    def key():\n        seen.append(1)\n        return 'k'\n    box = {'k': 1}\n    box[key()] += 1\n    return [box['k'], len(seen)]",
        [2, 1],
    ),
    "augmented attribute": (
        "class Counter:\n        def __init__(self):\n            self.n = 0\n    c = Counter()\n    c.n += 5\n    return c.n",
        5,
    ),
    "classes": (
        "class Base:\n        kind = 'base'\n        def __init__(self, n):\n            self.n = n\n"
        "        @property\n        def twice(self):\n            return self.n * 2\n"
        "    class Child(Base):\n        kind = 'child'\n    c = Child(4)\n"
        "    return [c.twice, c.kind, isinstance(c, Base)]",
        [8, "child", True],
    ),
    "exceptions": (
        "try:\n        raise KeyError('x')\n    except (KeyError, ValueError) as error:\n        return str(error)\n    finally:\n        pass",
        "'x'",
    ),
    "own exception": (
        "class Bad(AdapterError):\n        pass\n    try:\n        raise Bad('code', 'text', retryable=True)\n    except AdapterError as error:\n"
        "        return [error.code, error.message, error.retryable]",
        ["code", "text", True],
    ),
    "generators": (
        "def count(n):\n        for i in range(n):\n            yield i\n        yield from [9]\n    return list(count(2))",
        [0, 1, 9],
    ),
    "unpacking": ("(a, (b, *c)), d = (1, (2, 3, 4)), 5\n    return [a, b, c, d]", [1, 2, [3, 4], 5]),
    "star arguments": (
        "def f(*args, **named):\n        return [list(args), named]\n    return f(*[1], **{'k': 2})",
        [[1], {"k": 2}],
    ),
    "lambda and sort key": ("return sorted([{'n': 2}, {'n': 1}], key=lambda item: item['n'], reverse=True)[0]['n']", 2),
    "walrus and while": ("n = 0\n    while (n := n + 1) < 5:\n        if n == 3:\n            break\n    return n", 3),
    "text": (
        "return ['a,b'.split(','), ' x '.strip(), 'x'.join('ab'), 'abc'[::-1], 'é'.encode().hex()]",
        [["a", "b"], "x", "axb", "cba", "c3a9"],
    ),
    "f-string": ("v = 3.14159\n    return f'{v:.2f} {v!r:>8} {\"x\":^5}'", "3.14  3.14159   x  "),
    "format": (
        "return '{:.1f}|{name!r}|{:>{}}|{{}}|{:%Y}'.format(1.25, 'x', 3, datetime.date(2024, 1, 1), name='n')",
        "1.2|'n'|  x|{}|2024",
    ),
    "percent format": ("return '%s %05.1f %d' % ('a', 2.5, 3)", "a 002.5 3"),
    "bytes": ("return [bytes([65]).decode(), b'a'.hex(), list(b'ab'), bytearray(b'x')[0]]", ["A", "61", [97, 98], 120]),
    "getattr and hasattr": (
        "return [getattr('a', 'upper')(), getattr(1, 'nothing', 'd'), hasattr('a', 'upper')]",
        ["A", "d", True],
    ),
    "json": ("return json.loads(json.dumps({'a': [1, None, True]}, indent=1, sort_keys=True))", {"a": [1, None, True]}),
    "regular expressions": (
        "return [re.sub(r'(\\d)', r'<\\1>', 'a1'), re.match('(?P<x>a)', 'ab').groupdict(), re.compile('b', re.I).sub(lambda m: m.group() * 2, 'aB')]",
        ["a<1>", {"x": "a"}, "aBB"],
    ),
    "dates": (
        "when = datetime.datetime.strptime('2024-02-29 13:30', '%Y-%m-%d %H:%M')\n"
        "    return [when.strftime('%d.%m.%Y'), f'{when:%H:%M}', (when + datetime.timedelta(days=1)).date().isoformat(),"
        " datetime.datetime.fromisoformat('2024-01-01T00:00:00+00:00').timestamp(), datetime.date(2024, 1, 1).strftime('%j')]",
        ["29.02.2024", "13:30", "2024-03-01", 1704067200.0, "001"],
    ),
    "now": ("return datetime.datetime.now(datetime.timezone.utc).year > 2000", True),
    "time zones": (
        "zone = zoneinfo.ZoneInfo('Europe/Zurich')\n"
        "    return datetime.datetime(2024, 7, 1, 12, tzinfo=zone).astimezone(datetime.timezone.utc).hour",
        10,
    ),
    "decimals": (
        "return str(decimal.Decimal('1.005').quantize(decimal.Decimal('0.01'), rounding=decimal.ROUND_HALF_UP))",
        "1.01",
    ),
    "urls": (
        "return [urllib.parse.quote('a b/ü', safe=''), urllib.parse.urlencode({'q': 'a b'}), urllib.parse.urlsplit('http://h:1/p?q=1').port,"
        " urllib.parse.parse_qs('a=1&a=2')]",
        ["a%20b%2F%C3%BC", "q=a+b", 1, {"a": ["1", "2"]}],
    ),
    "base64 and hashes": (
        "return [base64.b64encode(b'x').decode(), hashlib.sha256(b'').hexdigest()[:8], hashlib.md5(b'').hexdigest()[:8]]",
        ["eA==", "e3b0c442", "d41d8cd9"],
    ),
    "collections": (
        "groups = collections.defaultdict(list)\n    groups['a'].append(1)\n    groups['b'] = [2]\n    counts = collections.Counter('aab')\n"
        "    counts['a'] += 1\n    return [dict(groups), counts.most_common(1)[0][1], list(collections.deque([1, 2], maxlen=1))]",
        [{"a": [1], "b": [2]}, 3, [2]],
    ),
    "itertools and functools": (
        "return [list(itertools.chain([1], [2])), functools.reduce(lambda a, b: a + b, [1, 2, 3]), [k for k, _ in itertools.groupby('aab')]]",
        [[1, 2], 6, ["a", "b"]],
    ),
    "csv": ("return list(csv.DictReader(io.StringIO('a,b\\n1,2\\n')))[0]", {"a": "1", "b": "2"}),
    "statistics and math": (
        "return [statistics.mean([1, 3]), statistics.median([1, 2, 9]), math.floor(2.7), math.isclose(0.1 + 0.2, 0.3)]",
        [2, 2, 2, True],
    ),
    "text tools": (
        "return [textwrap.dedent('  a'), html.escape('<'), unicodedata.normalize('NFKD', 'é')[0], string.digits[:2]]",
        ["a", "&lt;", "e", "01"],
    ),
    "encodings": (
        "return ['ü'.encode('cp1252').hex(), 'bücher.ch'.encode('idna').decode(), 'x'.encode('utf-16-le').hex()]",
        ["fc", "xn--bcher-kva.ch", "7800"],
    ),
    "global state": ("global total\n    total = 4\n    return total", 4),
    "with": ("with io.StringIO('x') as stream:\n        return stream.read()", "x"),
    "decorator and cache": (
        "@functools.lru_cache(maxsize=None)\n    def f(n):\n        return n if n < 2 else f(n - 1) + f(n - 2)\n    return f(50)",
        12586269025,
    ),
    "closures": (
        "box = []\n    def add(x):\n        box.append(x)\n        return len(box)\n    add(1)\n    return add(2)",
        2,
    ),
    "assert and del": ("d = {'a': 1, 'b': 2}\n    del d['a']\n    assert d\n    return d", {"b": 2}),
    "big integers": ("return 2 ** 70", 2**70),
    "unicode": ("return 'né 😀 漢'", "né 😀 漢"),
    "no value": ("pass", None),
    "the approved service": (
        "answer = ctx.http.request('GET', 'http://open.example/echo/?q=1', {'X-Mine': 'x'})\n"
        "    told = json.loads(answer['text'])\n"
        "    return [answer['status'], told['line'], [pair for pair in told['headers'] if pair[0] in ('X-Key', 'X-Mine')]]",
        [200, "GET /echo/?q=1 HTTP/1.1", [["X-Mine", "x"], ["X-Key", "[secret]"]]],
    ),
    "what is posted": (
        "return json.loads(ctx.http.request('POST', 'http://open.example/echo/', body='né')['text'])['body']",
        "né",
    ),
    "a redirect at home": (
        "return json.loads(ctx.http.request('GET', 'http://open.example/to/%2Fecho%2F')['text'])['line']",
        "GET /echo/ HTTP/1.1",
    ),
}
HTTP = frozenset({"http"})


def control_source(body: str) -> str:
    """A whole adapter around a control's body."""
    return f"{_IMPORTS}\ndef run(ctx, arguments: dict) -> Any:\n    {body}\n"
