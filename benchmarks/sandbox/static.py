"""Static validation: our whole compile path beside RestrictedPython's compiler alone, on the same sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath

from RestrictedPython.compile import compile_restricted_exec

from benchmarks.operation import description
from benchmarks.pairing import Pair, interleave, ratio_figure
from benchmarks.report import ROOT, Figure
from benchmarks.sandbox.subject import ADAPTER
from modules.builder import build_openapi
from sandbox.guest.compiler import compile_restricted
from sandbox.policy import SandboxPolicy

ROUNDS = 60
OPERATIONS = 5


async def measure() -> Figure:
    """``static_x``: the p50 over rounds of our sources a second / the bare compiler's."""
    return _measure(await _sources())


def _measure(sources: Mapping[str, bytes]) -> Figure:
    importable = SandboxPolicy().imports | {PurePosixPath(path).stem for path in sources}

    def ours() -> None:
        for path, source in sources.items():
            code, found = compile_restricted(path, source, importable)
            if code is None:
                raise RuntimeError(f"{path} was refused: {found}")

    def bare() -> None:
        for path, source in sources.items():
            if compile_restricted_exec(source.decode(), filename=path).code is None:
                raise RuntimeError(f"RestrictedPython refused {path}")

    rates = [Pair(len(sources) / pair.product, len(sources) / pair.anchor) for pair in interleave(ROUNDS, ours, bare)]
    return ratio_figure("sandbox", "static_x", rates)


async def _sources() -> dict[str, bytes]:
    """Adapters that the builder writes, for the examples and for a description of our own, and one by hand."""
    documents = {path.name: path.read_bytes() for path in sorted((ROOT / "examples").glob("*.openapi.yaml"))}
    documents["bench"] = json.dumps(description(OPERATIONS)).encode()
    sources = {"by_hand.py": ADAPTER}
    for name, document in documents.items():
        built = await build_openapi(document)
        sources |= {f"{name}/{path}": body for path, body in built.files.items() if path.endswith(".py")}
    return sources
