"""The untrusted end: unmarshals the bundle's code, calls it, answers with one frame a call."""

from __future__ import annotations

import builtins
import json
import marshal
from types import CodeType, TracebackType
from typing import Any

from .context import Channel, Context
from .facades import FACADES_ONLY, LAZY_IMPORTS, AdapterError, Facade
from .frames import NotJson, TooMuch, read_frame, strict_json, write_frame
from .guards import Printer, restricted_builtins, restricted_globals

REQUEST_BYTES = 256 * 1024 * 1024
_MESSAGE = 2000
_NOTHING = Facade("nothing", {})


class BundleModule:
    """A module of the bundle, as the others import it."""

    def __init__(self, name: str, members: dict[str, Any]) -> None:
        self._name = name
        self._members = members

    def __getattr__(self, name: str) -> Any:
        if name in self._members and not name.startswith("_"):
            return self._members[name]
        raise AttributeError(f"module '{self._name}' has no '{name}'")


class Bundle:
    """The code of one bundle, executed on first import."""

    def __init__(
        self, sources: dict[str, bytes], facades: dict[str, Facade], allowed: set[str], channel: Channel, guarded: bool
    ) -> None:
        self._sources = sources
        self._facades = {name: facade for name, facade in facades.items() if name in allowed}
        self._namespaces: dict[str, dict[str, Any]] = {}
        self._builtins = restricted_builtins(self._import) if guarded else self._free_builtins()
        self._printer = Printer(channel.log)

    def load(self, name: str) -> dict[str, Any]:
        """The globals of the bundle's module ``name``."""
        if name not in self._namespaces:
            namespace = restricted_globals(name, self._builtins, self._printer)
            self._namespaces[name] = namespace
            code = marshal.loads(self._sources[name])  # noqa: S302 - inside the fences, hash checked by the host
            if not isinstance(code, CodeType):
                raise ImportError(f"'{name}' is not code")
            exec(code, namespace)  # noqa: S102 - this process exists for it
        return self._namespaces[name]

    def _free_builtins(self) -> dict[str, Any]:
        """Python's own: for proofs that the kernel holds without this layer."""

        def import_anything(name: str, *place: Any) -> Any:
            ours = name in self._sources or name in FACADES_ONLY
            return self._import(name) if ours else __import__(name, *place)

        return {**vars(builtins), "__import__": import_anything}

    def _import(self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if level == 0 and name in self._facades:
            return self._facades[name] if fromlist else self._facades[name.partition(".")[0]]
        if level == 0 and name in self._sources:
            return BundleModule(name, self.load(name))
        if name in LAZY_IMPORTS:
            return _NOTHING
        raise ImportDenied(f"'{name}' cannot be imported inside the sandbox")


class ImportDenied(ImportError):
    """An import outside the policy."""


def _line(traceback: TracebackType | None, modules: set[str]) -> dict[str, Any]:
    place: dict[str, Any] = {}
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if traceback.tb_frame.f_globals.get("__name__") in modules:
            place = {"file": code.co_filename, "line": traceback.tb_lineno}
        traceback = traceback.tb_next
    return place


def describe(error: BaseException, modules: set[str]) -> tuple[str, dict[str, Any]]:
    """The verdict this end proposes, and the error as plain values."""
    place = _line(error.__traceback__, modules)
    if isinstance(error, AdapterError):
        return "exception", {
            "kind": "adapter",
            "code": str(error.code)[:100],
            "message": str(error.message)[:_MESSAGE],
            "retryable": error.retryable is True,
            "status": error.status if type(error.status) is int else None,
            "body": error.body,
            **place,
        }
    verdict = next((name for kind, name in _VERDICTS if isinstance(error, kind)), "exception")
    return verdict, {
        "kind": "uncaught" if verdict == "exception" else verdict,
        "code": "adapter_exception" if verdict == "exception" else verdict,
        "message": f"{type(error).__name__}: {error}"[:_MESSAGE],
        "retryable": False,
        **place,
    }


_VERDICTS: tuple[tuple[type[BaseException], str], ...] = (
    (MemoryError, "memory_exceeded"),
    (ImportDenied, "import_denied"),
    (NotJson, "result_invalid"),
    (TooMuch, "output_too_large"),
)


def _failure(number: int, error: BaseException, modules: set[str], limit: int) -> bytes:
    verdict, detail = describe(error, modules)
    try:
        return strict_json({"t": "result", "n": number, "verdict": verdict, "error": detail}, limit)
    except (NotJson, TooMuch):
        plain = {name: str(detail[name]).encode("ascii", "replace").decode() for name in ("kind", "code", "message")}
        return strict_json({"t": "result", "n": number, "verdict": verdict, "error": plain}, 1 << 20)


def _perform(bundle: Bundle, entry: str, context: Context, arguments: Any) -> Any:
    run = bundle.load(entry).get("run")
    if not callable(run):
        raise AdapterError("no_entry", f"'{entry}' defines no function 'run'")
    return run(context, arguments)


def serve(fd: int, facades: dict[str, Facade], guarded: bool) -> None:
    """Read the request, make its calls in order, answer each. Returns when all are answered.

    ``guarded``: whether the runtime layer is up.
    """
    request = json.loads(read_frame(fd, REQUEST_BYTES))
    sources = {name: read_frame(fd, REQUEST_BYTES) for name in request["modules"]}
    channel = Channel(fd, request["frame_bytes"])
    bundle = Bundle(sources, facades, set(request["imports"]), channel, guarded)
    context = Context(channel, request["capabilities"])
    limit = request["output_bytes"]
    for number, arguments in enumerate(request["calls"]):
        try:
            value = _perform(bundle, request["entry"], context, arguments)
            frame = strict_json({"t": "result", "n": number, "value": value}, limit)
        except BaseException as error:
            frame = _failure(number, error, set(sources), limit)
        write_frame(fd, frame)
