"""What becomes of every description of the directory, whole.

``documents``: share of the documents that become a bundle: statically valid, compiled, and its operations imported and
listed in the sandbox. ``operations``: share of all operations that are there in the end, with a typed body wherever the
document types one.
"""

from __future__ import annotations

import asyncio
import gc
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.directory.corpus import documents, name_of
from benchmarks.directory.described import follow
from benchmarks.directory.values import Undrawable
from benchmarks.report import Figure, RawSamples
from core.errors import NexusError
from core.settings import LimitSettings, SandboxSettings
from modules.broker import Grant, parse_origin
from modules.builder import build_openapi
from modules.bundle import Bundle
from modules.casework import Casework, batches, dispatch_sources
from modules.contents import read_contents
from modules.validation import compile_sources
from sandbox import LocalRunner, SandboxPolicy

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
AT_ONCE = 2


@dataclass(frozen=True)
class Outcome:
    """One document's. ``whole`` of its ``described`` operations are built whole; ``why`` it is no bundle, if so."""

    document: str
    described: int
    whole: int
    why: str = ""


async def measure(paths: Sequence[Path] | None = None) -> list[Figure]:
    """Both figures, over all documents unless ``paths`` names some. Nothing is drawn, so there is no seed."""
    limit = asyncio.Semaphore(AT_ONCE)
    with RawSamples("directory", "documents") as raw, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # patterns of the documents
        async with LocalRunner(SandboxPolicy(), SandboxSettings()) as runner:

            async def one(path: Path) -> Outcome:
                async with limit:
                    outcome = await _outcome(runner, path)
                raw.add(**asdict(outcome))
                return outcome

            outcomes = await asyncio.gather(*map(one, documents() if paths is None else paths))
        described = sum(outcome.described for outcome in outcomes)
        return [
            Figure("documents", sum(not outcome.why for outcome in outcomes) / len(outcomes), "share", raw.n, raw.path),
            Figure("operations", sum(outcome.whole for outcome in outcomes) / described, "share", described, raw.path),
        ]


async def _outcome(runner: LocalRunner, path: Path) -> Outcome:
    content = await asyncio.to_thread(path.read_bytes)
    document = json.loads(content)
    described = {f"{method} {at}": node for method, at, node in _operations(document)}
    try:
        built = await build_openapi(content, limits=LimitSettings())
        why, listed = await _listed(runner, Bundle(built.files))
    except NexusError as error:
        return Outcome(name_of(path), len(described), 0, f"{error.code}: {error.detail}")
    whole = sum(
        _is_whole(document, described.get(f"{operation['method']} {operation['path']}"), operation, built.files)
        for operation in (json.loads(built.files[f"operations/{name}.json"]) for name in listed)
    )
    gc.collect()
    return Outcome(name_of(path), len(described), whole, why)


async def _listed(runner: LocalRunner, bundle: Bundle) -> tuple[str, list[str]]:
    """Why the bundle is none, or nothing; and the operations that could be imported in the sandbox."""
    contents = await asyncio.to_thread(read_contents, bundle)
    compiled = await compile_sources(runner, contents.sources, dispatch_sources(len(contents.operations)))
    found = [*contents.findings, *(finding for findings in compiled.findings.values() for finding in findings)]
    grant = Grant(
        frozenset(map(parse_origin, contents.manifest["hosts"])), frozenset(contents.manifest["capabilities"])
    )
    runnable = [
        operation
        for operation in contents.operations.values()
        if all(path in compiled.compiled for path in operation.sources.values())
    ]
    code = {path: part.code for path, part in compiled.compiled.items()}
    results = await Casework(runner, code, grant, runner.policy).results(batches(runnable, []))
    listed = [result.operation for result in results if result.passed]
    if listed and not found:
        return "", listed
    return f"{found[0].place}: {found[0].sentence}" if found else "no operation can be imported", listed


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every operation: method, path, object."""
    for at, given in document["paths"].items():
        try:
            item = follow(document, given)
        except Undrawable:
            continue
        for method in METHODS:
            if isinstance(item, dict) and method in item:
                yield method.upper(), at, item[method]


def _is_whole(
    document: Mapping[str, Any], described: Any, operation: Mapping[str, Any], files: Mapping[str, bytes]
) -> bool:
    """Whether the operation is a described one, and its body typed where that of the description is."""
    if not isinstance(described, dict):
        return False
    try:
        body = follow(document, described.get("requestBody"))
        content = body.get("content") if isinstance(body, dict) else None
        kinds = {_kind(follow(document, media.get("schema"))) for media in (content or {}).values()}
    except (Undrawable, AttributeError):
        return True
    wanted = kinds & {"object", "array"}
    if not wanted:
        return True
    if operation["body"] is None:
        return False
    schema = operation["input"]["properties"][operation["body"]["argument"]]
    return schema.get("contentEncoding") == "base64" or _kind(_resolved(schema, files)) in wanted


def _kind(schema: Any) -> str:
    """``object`` or ``array`` for schemas that say something of their members, else what they are said to be."""
    if not isinstance(schema, dict):
        return ""
    if (
        schema.get("properties")
        or schema.get("type") == "object"
        or isinstance(schema.get("additionalProperties"), dict)
    ):
        return "object"
    kind = schema.get("type")
    kinds = [each for each in kind if each != "null"] if isinstance(kind, list) else [kind]
    if kinds == [None] and any(schema.get(key) for key in ("allOf", "anyOf", "oneOf")):
        return "object"
    return str(kinds[0]) if kinds else ""


def _resolved(schema: Any, files: Mapping[str, bytes]) -> Any:
    for _ in range(32):
        if not isinstance(schema, dict) or "$ref" not in schema:
            break
        schema = json.loads(files[schema["$ref"]])
    return schema
