"""What ``import`` gives an adapter: namespaces of named functions, never a module.

A real module leads to others by plain attributes (``json.decoder.scanner.re.enum.sys``); a facade holds the names
that ``offered`` lists and nothing else.
"""

from __future__ import annotations

import importlib
import io
import zoneinfo
from typing import Any

from .offered import OFFERED

FACADES_ONLY = frozenset({"nexus", "zoneinfo"})
"""What no module of Python's stands behind, or none that could work without a file system."""

LAZY_IMPORTS = frozenset({"time", "_strptime", "re", "unicodedata", "copyreg", "datetime", "decimal", "io", "warnings"})
"""Modules that C code imports through the *caller's* ``__import__``. It discards the answer and takes the module
from ``sys.modules``; so the guest may be answered with an empty facade, and the C code still works."""


class Facade:
    """A fixed namespace."""

    def __init__(self, name: str, members: dict[str, Any]) -> None:
        self.__dict__.update(members)
        # Not __name__: "from json import decoder" would look for json.decoder among the loaded modules and find it.
        self.__dict__["_name"] = name

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError(f"{self._name} cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise TypeError(f"{self._name} cannot be changed")

    def __repr__(self) -> str:
        return f"<facade {self._name}>"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'{self._name}' offers no '{name}' inside the sandbox")


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


def build(zones: dict[str, bytes]) -> dict[str, Facade]:
    """Every facade by the name it is imported with."""
    made = {"urllib": {}, "nexus": {"AdapterError": AdapterError}, "__future__": {"annotations": None}}
    facades = {
        name: Facade(name, made[name]) if name in made else _facade_of(name, names)
        for name, names in OFFERED.items()
        if name != "zoneinfo"
    }
    facades["urllib"] = Facade("urllib", {"parse": facades["urllib.parse"]})
    facades["zoneinfo"] = _zoneinfo(zones)
    return facades


def _facade_of(name: str, names: frozenset[str]) -> Facade:
    module = importlib.import_module(name)
    return Facade(name, {each: getattr(module, each) for each in names if hasattr(module, each)})
