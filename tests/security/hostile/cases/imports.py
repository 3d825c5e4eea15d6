"""Every door through which a module could come in."""

# One case a line reads better than a wrapped one.
# ruff: noqa: E501

from __future__ import annotations

from tests.security.hostile.case import bodies, native, sources

STATEMENTS = {
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
}
DOORS = {
    "pkgutil": "import pkgutil\nx = pkgutil.get_loader('os')",
    "site": "import site",
    "zipimport": "import zipimport",
    "runpy": "import runpy",
    "imp": "import imp",
    "machinery": "import importlib.machinery",
    "resources": "import importlib.resources",
    "metadata": "import importlib.metadata",
    "codecs": "import codecs",
    "encodings": "import encodings",
    "ctypes inside": "import _ctypes",
    "posix": "import posix",
    "inner io": "import _io",
    "inner socket": "import _socket",
    "thread": "import _thread",
    "signals": "import signal",
    "multiprocessing": "import multiprocessing",
    "asyncio": "import asyncio",
    "concurrent": "import concurrent.futures",
    "tempfile": "import tempfile",
    "shutil": "import shutil",
    "pathlib": "import pathlib",
    "sqlite": "import sqlite3",
    "dbm": "import dbm",
    "shelve": "import shelve",
    "logging": "import logging",
    "webbrowser": "import webbrowser",
    "http": "import http.client",
    "urllib's request": "import urllib.request",
    "antigravity": "import antigravity",
    "pip": "import pip",
    "setuptools": "import setuptools",
    "main": "import __main__",
    "dunder import renamed": "from builtins import __import__ as load\nload('os')",
    "a module that is a path": "import json.__init__",
    "a submodule through a package": "from urllib import request",
    "a name of a facade that is a module": "from json import decoder",
    "everything at once": "import os, sys, subprocess",
}
# With the language layers gone, what is loaded is found, and then the kernel answers.
THROUGH_IMPORT = {
    "system by os": ("import os\n    os.system('true')", "killed"),
    "exec by posix": ("import posix\n    posix.execv('/bin/true', ['true'])", "killed"),
    "socket by its module": ("import socket\n    socket.create_connection(('127.0.0.1', @PORT@))", "killed"),
    "file by os": ("import os\n    return os.read(os.open('@FILE@', 0), 100)", "denied"),
    "library by ctypes": ("import ctypes\n    return ctypes.CDLL(None).getppid()", "harmless"),
    "processes by subprocess": ("import subprocess\n    subprocess.run(['true'])", "killed or error"),
    "process by multiprocessing": ("import multiprocessing\n    multiprocessing.Process().start()", "killed or error"),
    "pool of threads": ("import concurrent.futures as c\n    c.ThreadPoolExecutor().submit(int)", "killed or error"),
    "path by pathlib": ("import pathlib\n    return pathlib.Path('@FILE@').read_text()", "error"),
    "codec from a file": ("import codecs\n    return codecs.open('@FILE@').read()", "denied"),
    "line cache": ("import linecache\n    return linecache.getline('@FILE@', 1) + ''", "harmless"),
    "loader": ("import importlib\n    importlib.invalidate_caches()\n    importlib.import_module('sqlite3')", "error"),
    "loader with a path": (
        "import sys, importlib\n    sys.path.append('@FOLDER@')\n    importlib.import_module('canary')",
        "error",
    ),
    "finder put back": (
        "import sys\n    import importlib.machinery as m\n    sys.meta_path.append(m.PathFinder)\n    sys.path.append('@FOLDER@')\n    import canary",
        "error",
    ),
    "file as a module": (
        "import importlib.util as u\n    s = u.spec_from_file_location('canary', '@FILE@')\n    s.loader.exec_module(u.module_from_spec(s))",
        "denied or error",
    ),
    "zip as a module": ("import zipimport\n    zipimport.zipimporter('@FILE@')", "error"),
}
PICKLES = {
    "a pickle that runs a program": "p = modules.get('pickle') or modules['_pickle']\nreturn str(p.loads(b\"cposix\\nsystem\\n(S'true'\\ntR.\"))",
    "marshalled code": "exec(modules['marshal'].loads(modules['marshal'].dumps(compile('1', 'x', 'exec'))))\nos.fork()",
}
CACHES = {
    "the cache of modules": "return str(modules['os'].system('true'))",
    "another module in the cache": "modules['json'] = modules['os']\nmodules['sandbox'] = modules['os']\nos.fork()",
}

# IMPORT_FROM looks among the loaded modules for what a package lacks (CPython's import_from).
SUBMODULES = {
    "json's decoder": "from json import decoder\nreturn decoder.scanner.re.enum.sys.modules['os'].system('true')",
    "urllib's request": "from urllib import request\nreturn request.os.system('true')",
    "collections' abc": "from collections import abc\nreturn abc._sys.modules['os'].system('true')",
    "renamed": "from json import decoder as loads\nreturn loads.scanner.re.enum.sys.modules['os'].system('true')",
}
EMPTY = {
    "a module taken out and loaded again": "del modules['os']\nbuiltins.__import__('os').fork()",
    "a module that was never loaded": "builtins.__import__('sqlite3')",
    "a path put back": "sys.path.append('@FOLDER@')\nbuiltins.__import__('canary')",
}

CASES = [
    *native("an emptied import system", EMPTY, "error"),
    # C code imports these through the caller's import: the guest gets an empty facade for them.
    *bodies("import, then act", {"what C code imports": "import time\ntime.sleep(60)"}, "refused", "error", "denied"),
    *bodies("submodules of a package", SUBMODULES, "refused", "error", "killed or error"),
    *bodies(
        "import, then act", {"file by io": "import io\nreturn io.open('@FILE@').read()"}, "error", "error", "denied"
    ),
    *sources("import statements", STATEMENTS, "refused", "harmless"),
    *sources("import doors", DOORS, "refused", "harmless"),
    *(
        case
        for name, (body, end) in THROUGH_IMPORT.items()
        for case in bodies("import, then act", {name: body.replace("\n    ", "\n")}, "refused", "import", end)
    ),
    *native("pickles and marshal", PICKLES, "killed or error"),
    *native("the cache of modules", CACHES, "killed"),
]
