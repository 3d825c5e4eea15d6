"""What ``import`` gives an adapter: namespaces of named functions, never a module.

A real module leads to others by plain attributes (``json.decoder.scanner.re.enum.sys``); a facade holds the names
below and nothing else.
"""

from __future__ import annotations

import base64
import collections
import csv
import datetime
import decimal
import functools
import hashlib
import html
import io
import itertools
import json
import math
import re
import statistics
import string
import textwrap
import typing
import unicodedata
import urllib.parse
import zoneinfo
from types import ModuleType
from typing import Any

_NAMES: dict[ModuleType, str] = {
    base64: "b64encode b64decode standard_b64encode standard_b64decode urlsafe_b64encode urlsafe_b64decode "
    "b32encode b32decode b16encode b16decode b85encode b85decode",
    collections: "Counter OrderedDict defaultdict deque ChainMap",
    csv: "reader writer DictReader DictWriter Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC",
    datetime: "date datetime time timedelta timezone tzinfo UTC MINYEAR MAXYEAR",
    decimal: "Decimal InvalidOperation DivisionByZero ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN "
    "ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP ROUND_05UP",
    functools: "reduce partial cmp_to_key lru_cache cache",
    html: "escape unescape",
    io: "StringIO BytesIO",
    itertools: "accumulate chain combinations combinations_with_replacement compress count cycle dropwhile "
    "filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest",
    json: "loads dumps JSONDecodeError",
    math: "ceil comb copysign degrees dist e erf exp fabs factorial floor fmod frexp fsum gamma gcd hypot inf "
    "isclose isfinite isinf isnan isqrt lcm ldexp log log10 log1p log2 modf nan perm pi pow prod radians "
    "remainder sin cos tan asin acos atan atan2 sinh cosh tanh sqrt tau trunc",
    re: "compile match fullmatch search sub subn split findall finditer escape error Pattern Match "
    "A ASCII I IGNORECASE M MULTILINE S DOTALL X VERBOSE U UNICODE",
    statistics: "mean fmean geometric_mean harmonic_mean median median_low median_high mode multimode pstdev "
    "pvariance stdev variance quantiles correlation linear_regression StatisticsError",
    string: "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits octdigits punctuation printable "
    "whitespace capwords",
    textwrap: "dedent indent fill wrap shorten",
    typing: "Any Optional Union List Dict Set Tuple Sequence Mapping Iterable Iterator Callable Literal",
    unicodedata: "normalize category name lookup combining east_asian_width",
    urllib.parse: "quote quote_plus unquote unquote_plus urlencode urlsplit urlunsplit urlparse urlunparse "
    "urljoin urldefrag parse_qs parse_qsl",
}
_HASHES = "md5 sha1 sha224 sha256 sha384 sha512 sha3_256 sha3_512 blake2b blake2s"

LAZY_IMPORTS = frozenset({"time", "_strptime", "re", "unicodedata", "copyreg", "datetime", "decimal", "io", "warnings"})
"""Modules that C code imports through the *caller's* ``__import__``. It discards the answer and takes the module
from ``sys.modules``; so the guest may be answered with an empty facade, and the C code still works."""


class Facade:
    """A fixed namespace."""

    def __init__(self, name: str, members: dict[str, Any]) -> None:
        self.__dict__.update(members)
        self.__dict__["__name__"] = name

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError(f"{self.__name__} cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise TypeError(f"{self.__name__} cannot be changed")

    def __repr__(self) -> str:
        return f"<facade {self.__name__}>"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'{self.__name__}' offers no '{name}' inside the sandbox")


class AdapterError(Exception):
    """How an adapter fails on purpose: a stable code, a sentence, and whether trying again may help."""

    _guarded_writes = True

    def __init__(
        self, code: str, message: str = "", retryable: bool = False, status: int | None = None, body: Any = None
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.status = status
        self.body = body

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def _zoneinfo(zones: dict[str, bytes]) -> Facade:
    found: dict[str, zoneinfo.ZoneInfo] = {}

    def zone(key: str) -> zoneinfo.ZoneInfo:
        """The zone named ``key``, from the data loaded before the fences went up."""
        if type(key) is not str or key not in zones:
            raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}")
        if key not in found:
            found[key] = zoneinfo.ZoneInfo.from_file(io.BytesIO(zones[key]), key)
        return found[key]

    def available_timezones() -> set[str]:
        """The keys that ``ZoneInfo`` knows."""
        return set(zones)

    members = {
        "ZoneInfo": zone,
        "available_timezones": available_timezones,
        "ZoneInfoNotFoundError": zoneinfo.ZoneInfoNotFoundError,
    }
    return Facade("zoneinfo", members)


def _future() -> Facade:
    return Facade("__future__", {"annotations": None})


def build(zones: dict[str, bytes]) -> dict[str, Facade]:
    """Every facade by the name it is imported with."""
    facades = {
        module.__name__: Facade(
            module.__name__, {name: getattr(module, name) for name in names.split() if hasattr(module, name)}
        )
        for module, names in _NAMES.items()
    }
    facades["hashlib"] = Facade("hashlib", {name: getattr(hashlib, name) for name in _HASHES.split()})
    facades["urllib"] = Facade("urllib", {"parse": facades["urllib.parse"]})
    facades["zoneinfo"] = _zoneinfo(zones)
    facades["nexus"] = Facade("nexus", {"AdapterError": AdapterError})
    facades["__future__"] = _future()
    return facades


IMPORTABLE = frozenset(
    {module.__name__ for module in _NAMES} | {"hashlib", "urllib", "zoneinfo", "nexus", "__future__"}
)
"""Names that a policy may allow."""
