"""Every name of every facade, used once behind all fences: what loads lazily would fail here."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

import pytest

from sandbox import LocalRunner, NoCapabilities, RunRequest
from sandbox.guest import facades, preload
from sandbox.guest.offered import IMPORTABLE
from tests.security.sandbox.attacks import run_source

pytestmark = pytest.mark.asyncio(loop_scope="module")

_ONE_ARGUMENT_OF_MATH = (
    "ceil degrees erf exp fabs factorial floor fsum gamma isfinite isinf isnan isqrt log log10 log1p log2 modf prod "
    "radians sin cos tan asin acos atan sinh cosh tanh sqrt trunc frexp"
)
USES: dict[str, dict[str, str]] = {
    "base64": {
        **{f"{kind}encode": f"base64.{kind}encode(b'xy')" for kind in ("b64", "b32", "b16", "b85")},
        **{
            f"{kind}decode": f"base64.{kind}decode(base64.{kind}encode(b'xy'))" for kind in ("b64", "b32", "b16", "b85")
        },
        **{f"{kind}_b64encode": f"base64.{kind}_b64encode(b'xy')" for kind in ("standard", "urlsafe")},
        **{f"{kind}_b64decode": f"base64.{kind}_b64decode(b'eHk=')" for kind in ("standard", "urlsafe")},
    },
    "collections": {
        "Counter": "collections.Counter('aab').most_common(1)",
        "OrderedDict": "collections.OrderedDict(a=1).popitem()",
        "defaultdict": "collections.defaultdict(int)['a']",
        "deque": "collections.deque([1]).rotate()",
        "ChainMap": "collections.ChainMap({'a': 1})['a']",
    },
    "csv": {
        "reader": "list(csv.reader(['a,b']))",
        "writer": "csv.writer(io.StringIO()).writerow([1])",
        "DictReader": "list(csv.DictReader(['a', '1']))",
        "DictWriter": "csv.DictWriter(io.StringIO(), ['a']).writerow({'a': 1})",
    },
    "datetime": {
        "date": "[datetime.date.today().strftime('%A'), f'{datetime.date(2024, 1, 1):%d}', datetime.date.fromisoformat('2024-01-01')]",
        "datetime": "[datetime.datetime.strptime('1 Feb 2024 +0100', '%d %b %Y %z'), datetime.datetime.now().astimezone(),"
        " datetime.datetime.now(datetime.UTC).strftime('%c %Z'), datetime.datetime(2024, 1, 1).timestamp(),"
        " datetime.datetime.fromtimestamp(0), datetime.datetime(2024, 1, 1).isocalendar(), datetime.datetime(2024, 1, 1).ctime()]",
        "time": "[datetime.time(1, 2).strftime('%H'), f'{datetime.time(1):%M}', datetime.time.fromisoformat('10:00')]",
        "timedelta": "str(datetime.timedelta(days=1))",
        "timezone": "datetime.timezone(datetime.timedelta(hours=1)).tzname(None)",
        "tzinfo": "isinstance(datetime.timezone.utc, datetime.tzinfo)",
    },
    "decimal": {
        "Decimal": "[decimal.Decimal('1') / 3, f'{decimal.Decimal(2):.2f}', decimal.Decimal(2).sqrt(), str(decimal.Decimal(1).ln())]"
    },
    "functools": {
        "reduce": "functools.reduce(max, [1, 2])",
        "partial": "functools.partial(int, base=2)('10')",
        "cmp_to_key": "sorted([2, 1], key=functools.cmp_to_key(lambda a, b: a - b))",
        "lru_cache": "functools.lru_cache(maxsize=2)(len)('a')",
        "cache": "functools.cache(len)('a')",
    },
    "html": {"escape": "html.escape('<')", "unescape": "html.unescape('&eacute;&#8364;')"},
    "io": {"StringIO": "list(io.StringIO('a\\nb'))", "BytesIO": "io.BytesIO(b'a').read()"},
    "itertools": {
        "accumulate": "list(itertools.accumulate([1, 2]))",
        "chain": "list(itertools.chain.from_iterable([[1]]))",
        "combinations": "list(itertools.combinations('ab', 2))",
        "combinations_with_replacement": "list(itertools.combinations_with_replacement('ab', 2))",
        "compress": "list(itertools.compress('ab', [1, 0]))",
        "count": "next(itertools.count())",
        "cycle": "next(itertools.cycle('a'))",
        "dropwhile": "list(itertools.dropwhile(bool, [1, 0]))",
        "filterfalse": "list(itertools.filterfalse(bool, [1, 0]))",
        "groupby": "list(itertools.groupby('aab'))",
        "islice": "list(itertools.islice('abc', 2))",
        "pairwise": "list(itertools.pairwise('abc'))",
        "permutations": "list(itertools.permutations('ab'))",
        "product": "list(itertools.product('ab', 'c'))",
        "repeat": "list(itertools.repeat(1, 2))",
        "starmap": "list(itertools.starmap(max, [(1, 2)]))",
        "takewhile": "list(itertools.takewhile(bool, [1, 0]))",
        "tee": "itertools.tee('a')",
        "zip_longest": "list(itertools.zip_longest('a', ''))",
    },
    "json": {
        "loads": 'json.loads(\'{"a": [1.5, "\\\\u00e9"]}\')',
        "dumps": "json.dumps({'a': (1, None)}, indent=2, default=str)",
    },
    "math": {
        **{
            name: f"math.{name}({'[1.0]' if name in ('fsum', 'prod') else 1})" for name in _ONE_ARGUMENT_OF_MATH.split()
        },
        **{
            name: f"math.{name}(3, 2)"
            for name in [
                "comb",
                "copysign",
                "fmod",
                "gcd",
                "hypot",
                "isclose",
                "lcm",
                "perm",
                "pow",
                "remainder",
                "atan2",
            ]
        },
        "dist": "math.dist([0], [1])",
        "ldexp": "math.ldexp(1.0, 2)",
    },
    "re": {
        **{name: f"re.{name}('(a)', 'bab')" for name in ["match", "fullmatch", "search", "split", "findall"]},
        "finditer": "list(re.finditer('a', 'aa'))",
        "compile": "re.compile('(?P<n>a)').sub(r'\\g<n>\\1', 'a')",
        "sub": "re.sub('(a)', r'\\1x', 'a')",
        "subn": "re.subn('a', 'b', 'a')",
        "escape": "re.escape('.')",
        "Pattern": "isinstance(re.compile('a'), re.Pattern)",
        "Match": "isinstance(re.match('a', 'a'), re.Match)",
    },
    "statistics": {
        **{
            name: f"statistics.{name}([1, 2, 2, 4])"
            for name in [
                "mean",
                "fmean",
                "geometric_mean",
                "harmonic_mean",
                "median",
                "median_low",
                "median_high",
                "mode",
                "multimode",
                "pstdev",
                "pvariance",
                "stdev",
                "variance",
                "quantiles",
            ]
        },
        "correlation": "statistics.correlation([1, 2, 3], [1, 2, 4])",
        "linear_regression": "statistics.linear_regression([1, 2, 3], [1, 2, 4])",
    },
    "string": {"capwords": "string.capwords('a b')"},
    "textwrap": {
        "dedent": "textwrap.dedent(' a')",
        "indent": "textwrap.indent('a', ' ')",
        **{name: f"textwrap.{name}('a b c', 3)" for name in ("fill", "wrap")},
        "shorten": "textwrap.shorten('a b c', 5)",
    },
    "typing": {
        name: f"typing.{name}[int]"
        for name in ["Optional", "List", "Set", "Tuple", "Sequence", "Iterable", "Iterator", "Literal"]
    }
    | {"Any": "typing.Any", "Union": "typing.Union[int, str]", "Dict": "typing.Dict[str, int]"}
    | {"Mapping": "typing.Mapping[str, int]", "Callable": "typing.Callable[[int], str]"},
    "unicodedata": {
        "normalize": "unicodedata.normalize('NFC', 'e\u0301')",
        "lookup": "unicodedata.lookup('LATIN SMALL LETTER A')",
        **{name: f"unicodedata.{name}('a')" for name in ["category", "name", "combining", "east_asian_width"]},
    },
    "urllib.parse": {
        **{name: f"urllib.parse.{name}('a b%20/é')" for name in ["quote", "quote_plus", "unquote", "unquote_plus"]},
        "urlencode": "urllib.parse.urlencode({'a': ['1', 'é']}, doseq=True)",
        **{name: f"urllib.parse.{name}('http://u@[::1]:80/p;x?q=1#f').port" for name in ("urlsplit", "urlparse")},
        "urlunsplit": "urllib.parse.urlunsplit(('http', 'h', '/p', 'q', 'f'))",
        "urlunparse": "urllib.parse.urlunparse(('http', 'h', '/p', '', 'q', 'f'))",
        "urljoin": "urllib.parse.urljoin('http://h/a/b', '../c')",
        "urldefrag": "urllib.parse.urldefrag('http://h#f').fragment",
        **{name: f"urllib.parse.{name}('a=1&b=2')" for name in ("parse_qs", "parse_qsl")},
    },
    "hashlib": {
        name: f"[hashlib.{name}(b'x').hexdigest(), hashlib.{name}().update(b'y')]"
        for name in [
            "md5",
            "sha1",
            "sha224",
            "sha256",
            "sha384",
            "sha512",
            "sha3_256",
            "sha3_512",
            "blake2b",
            "blake2s",
        ]
    },
    "urllib": {"parse": "urllib.parse"},
    "zoneinfo": {
        "ZoneInfo": "[datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo(key)).utcoffset() for key in"
        " ('UTC', 'Europe/Zurich', 'America/New_York', 'Asia/Kathmandu')]",
        "available_timezones": "len(zoneinfo.available_timezones())",
    },
    "nexus": {"AdapterError": "str(nexus.AdapterError('code', 'text'))"},
    "__future__": {},
}
_EXCEPTIONS_AND_CONSTANTS = {
    "csv": "Error",
    "decimal": "InvalidOperation DivisionByZero",
    "json": "JSONDecodeError",
    "re": "error",
    "statistics": "StatisticsError",
    "zoneinfo": "ZoneInfoNotFoundError",
}


def _is_constant(value: object) -> bool:
    return isinstance(value, str | int | float | None) or type(value).__name__ in ("RegexFlag", "timezone")


def _used(facade: str) -> dict[str, str]:
    """Name → expression for all that ``facade`` offers."""
    uses = dict(USES[facade])
    for name in _EXCEPTIONS_AND_CONSTANTS.get(facade, "").split():
        uses[name] = f"issubclass({facade}.{name}, Exception)"
    members = vars(facades.build({})[facade])
    uses.update(
        {name: f"{facade}.{name}" for name, value in members.items() if name != "_name" and _is_constant(value)}
    )
    return uses


async def test_every_name_of_every_facade_is_used_here() -> None:
    for name, facade in facades.build({}).items():
        if name != "__future__":
            assert set(vars(facade)) - {"_name"} == set(_used(name)), name


async def test_every_facade_function_works_behind_all_fences(runner: LocalRunner) -> None:
    names = sorted(IMPORTABLE - {"__future__"})
    uses = [(name, use) for name in names for use in _used(name).values()]
    branches = "".join(
        f"    if arguments == {n}:\n        return str({use})[:200]\n" for n, (_, use) in enumerate(uses)
    )
    source = f"import {', '.join(names)}\ndef run(ctx, arguments):\n{branches}"
    compiled = await runner.compile({"operation.py": source.encode()})
    assert compiled.ok, compiled.findings
    request = RunRequest({"operation": compiled.compiled["operation.py"].code}, "operation", list(range(len(uses))))
    result = await runner.run(request, NoCapabilities())
    failed = [(uses[n][1], call.error) for n, call in enumerate(result.calls) if not call.ok]
    assert failed == []
    assert len(uses) > 200


async def test_each_of_them_works_as_the_first_thing_a_fresh_runner_does(runner: LocalRunner) -> None:
    """A use that only works because an earlier one loaded something would pass above."""
    for name in sorted(IMPORTABLE - {"__future__"}):
        body = ", ".join(f"str({use})[:50]" for use in reversed(_used(name).values()))
        imports = ", ".join(sorted({name, "io", "datetime"}))
        result = await run_source(runner, f"import {imports}\ndef run(ctx, arguments):\n    return [{body}]\n")
        assert result.ok, (name, result.error)


async def test_every_promised_codec_is_there(runner: LocalRunner) -> None:
    source = "def run(ctx, arguments):\n    return ['a'.encode(name).decode(name) for name in arguments]\n"
    result = await run_source(runner, source, list(preload.CODECS))
    assert result.value == ["a"] * len(preload.CODECS)


async def test_every_time_zone_is_there(runner: LocalRunner) -> None:
    source = (
        "import zoneinfo\nfrom datetime import datetime\ndef run(ctx, arguments):\n"
        "    zones = sorted(zoneinfo.available_timezones())\n"
        "    return len([datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo(zone)).utcoffset() for zone in zones])\n"
    )
    assert (await run_source(runner, source)).value > 400
