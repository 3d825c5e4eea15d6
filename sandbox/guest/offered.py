"""What the sandbox offers for import: the names of each facade. Only data, since the compiler reads it, too."""

from __future__ import annotations

_NAMES = {
    "base64": "b64encode b64decode standard_b64encode standard_b64decode urlsafe_b64encode urlsafe_b64decode "
    "b32encode b32decode b16encode b16decode b85encode b85decode",
    "collections": "Counter OrderedDict defaultdict deque ChainMap",
    "csv": "reader writer DictReader DictWriter Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC",
    "datetime": "date datetime time timedelta timezone tzinfo UTC MINYEAR MAXYEAR",
    "decimal": "Decimal InvalidOperation DivisionByZero ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN "
    "ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP ROUND_05UP",
    "functools": "reduce partial cmp_to_key lru_cache cache",
    "html": "escape unescape",
    "io": "StringIO BytesIO",
    "itertools": "accumulate chain combinations combinations_with_replacement compress count cycle dropwhile "
    "filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest",
    "json": "loads dumps JSONDecodeError",
    "math": "ceil comb copysign degrees dist e erf exp fabs factorial floor fmod frexp fsum gamma gcd hypot inf "
    "isclose isfinite isinf isnan isqrt lcm ldexp log log10 log1p log2 modf nan perm pi pow prod radians "
    "remainder sin cos tan asin acos atan atan2 sinh cosh tanh sqrt tau trunc",
    "re": "compile match fullmatch search sub subn split findall finditer escape error Pattern Match "
    "A ASCII I IGNORECASE M MULTILINE S DOTALL X VERBOSE U UNICODE",
    "statistics": "mean fmean geometric_mean harmonic_mean median median_low median_high mode multimode pstdev "
    "pvariance stdev variance quantiles correlation linear_regression StatisticsError",
    "string": "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits octdigits punctuation printable "
    "whitespace capwords",
    "textwrap": "dedent indent fill wrap shorten",
    "typing": "Any Optional Union List Dict Set Tuple Sequence Mapping Iterable Iterator Callable Literal",
    "unicodedata": "normalize category name lookup combining east_asian_width",
    "urllib.parse": "quote quote_plus unquote unquote_plus urlencode urlsplit urlunsplit urlparse urlunparse "
    "urljoin urldefrag parse_qs parse_qsl",
}
_HASHES = "md5 sha1 sha224 sha256 sha384 sha512 sha3_256 sha3_512 blake2b blake2s"

OFFERED: dict[str, frozenset[str]] = {name: frozenset(names.split()) for name, names in _NAMES.items()} | {
    "hashlib": frozenset(_HASHES.split()),
    "urllib": frozenset({"parse"}),
    "zoneinfo": frozenset({"ZoneInfo", "available_timezones", "ZoneInfoNotFoundError"}),
    "nexus": frozenset({"AdapterError"}),
    "__future__": frozenset({"annotations"}),
}
"""The names of each facade, by the name it is imported with."""

IMPORTABLE = frozenset(OFFERED)
"""Names that a policy may allow."""
