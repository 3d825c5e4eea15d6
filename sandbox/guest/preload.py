"""Loads, while files can still be opened, whatever a facade may need later: codecs, zone data, lazy imports."""

from __future__ import annotations

import codecs
import ctypes
import importlib
import os
import sys
import warnings

CODECS = (
    "ascii", "latin_1", "utf_8", "utf_8_sig", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le",
    "utf_32_be", "utf_7", "idna", "punycode", "unicode_escape", "raw_unicode_escape",
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1257", "cp437", "cp850",
    "iso8859_1", "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "iso8859_15", "koi8_r", "mac_roman",
    "shift_jis", "euc_jp", "iso2022_jp", "gbk", "gb2312", "gb18030", "big5", "euc_kr", "cp932", "cp949",
)  # fmt: skip
"""Text encodings that ``str.encode`` and ``bytes.decode`` know inside; others are a ``LookupError``."""

_LAZY = (
    "_strptime", "calendar", "locale", "stringprep", "unicodedata", "html.entities", "ipaddress", "copyreg",
    "io", "time", "struct", "bisect", "heapq", "fractions", "numbers",
)  # fmt: skip


def load_lazy_imports() -> None:
    """Import what the standard library imports on first use, and use it once."""
    warnings.simplefilter("ignore")
    for name in _LAZY:
        importlib.import_module(name)
    for name in CODECS:
        codecs.lookup(name)
    strptime = importlib.import_module("datetime").datetime.strptime
    strptime("2000-01-01T00:00:00+0000", "%Y-%m-%dT%H:%M:%S%z")
    "bücher.example".encode("idna")
    "\N{LATIN SMALL LETTER A}".encode()


def load_zones(folder: str) -> dict[str, bytes]:
    """Every compiled time zone below ``folder`` by its key; empty when there is no such folder."""
    zones: dict[str, bytes] = {}
    for place, _, files in os.walk(folder):
        for file in files:
            path = os.path.join(place, file)  # noqa: PTH118 - pathlib would stay in the zygote's memory
            with open(path, "rb") as stream:  # noqa: PTH123
                content = stream.read()
            if content.startswith(b"TZif"):
                zones[os.path.relpath(path, folder).replace(os.sep, "/")] = content
    return zones


def give_back_memory() -> None:
    """Return to the system what loading needed and has freed: every fork copies the table of what is mapped."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim:
        trim(0)


def empty_import_system() -> None:
    """From here on an import finds what is loaded, or nothing."""
    sys.path.clear()
    sys.meta_path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
