"""A description becomes a bundle: the pure function, document in, files out.

It reads no clock, no environment, no random source, opens nothing but its own shipped source, and iterates no sets:
the same bytes give the same bundle in every process, on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from modules.builder.json_value import is_object
from modules.builder.openapi.blueprint import Blueprint, draw
from modules.builder.openapi.cases import contract_cases
from modules.builder.openapi.document import Document
from modules.builder.openapi.findings import UNREADABLE, Findings
from modules.builder.openapi.manifest import manifest_of
from modules.builder.openapi.model import Operation
from modules.builder.openapi.reader import OperationReader
from modules.builder.openapi.samples import Sampler
from modules.builder.openapi.sources import SHARED, shared_source, source
from modules.builder.openapi.swagger2 import converted, is_swagger2
from modules.builder.openapi.writing import json_file
from modules.builder.reading import read_value
from modules.builder.refusal import Refused

Progress = Callable[[str, dict[str, Any]], None]
Write = Callable[[str, bytes], None]

_MEND = "Send an OpenAPI 3.0 or 3.1, or a Swagger 2.0 description, as JSON or YAML."


@dataclass(frozen=True, slots=True)
class Package:
    """What a build is besides its files."""

    manifest: dict[str, Any]
    findings: list[dict[str, str]]
    blueprint: dict[str, Any]


def build(
    document: bytes, *, write: Write, progress: Progress, limit: int, name: str | None = None, base: str | None = None
) -> Package:
    """Write every file of the document's bundle. Raises ``Refused`` when none can be made.

    ``limit`` is the largest document in bytes; ``name`` the module's wished slug; ``base`` the address the document
    came from. ``progress`` hears each stage: read, blueprint, scaffold, implement, tests, package.
    """
    root = description(read_value(document, limit))
    findings = Findings()
    reader = OperationReader(Document(root), findings, base)
    operations = list(reader.operations())
    progress("read", {"bytes": len(document), "operations": reader.seen})
    if not operations:
        raise Refused("The description has no operation that can be called.", mend=_MEND)
    blueprint = draw(operations, reader.seen)
    progress("blueprint", blueprint.as_json())
    reader.schemas.finish()
    definitions = reader.schemas.definitions
    for key in sorted(definitions):
        write(f"definitions/{key}.json", json_file(definitions[key]))
    write(SHARED, shared_source())
    progress("scaffold", {"definitions": len(definitions)})
    for operation in operations:
        write(f"operations/{operation.id}.py", source(operation))
        write(f"operations/{operation.id}.json", json_file(operation_file(operation)))
    progress("implement", {"operations": len(operations)})
    cases = _write_tests(operations, Sampler(definitions), findings, write)
    progress("tests", {"cases": cases})
    return _finish(document, root, operations, reader, blueprint, name, write, progress)


def description(value: Any) -> dict[str, Any]:
    """``value`` as an OpenAPI 3 description; Swagger 2 is converted. Raises ``Refused`` for anything else."""
    if not is_object(value):
        raise Refused("This is no API description.", mend=_MEND)
    if is_swagger2(value):
        value = converted(value)
    version = value.get("openapi")
    if not isinstance(version, str | int | float) or not str(version).startswith("3"):
        raise Refused("This is no API description: it has no `openapi: 3.x` and no `swagger: 2.0`.", mend=_MEND)
    if not is_object(value.get("paths")):
        raise Refused("The description has no paths, so there is nothing to call.", mend=_MEND)
    return value


def operation_file(operation: Operation) -> dict[str, Any]:
    """``operations/<op>.json``."""
    return {
        "id": operation.id,
        "operation_id": operation.operation_id,
        "summary": operation.summary,
        "description": operation.description,
        "method": operation.method,
        "path": operation.path,
        "effect": operation.effect,
        "deprecated": operation.deprecated,
        "code": f"operations/{operation.id}.py",
        "uses": [SHARED],
        "security": operation.security,
        "servers": [server.url for server in operation.servers],
        "arguments": {
            parameter.argument: {"in": parameter.place, "name": parameter.name} for parameter in operation.parameters
        },
        "body": operation.body and {"argument": operation.body.argument, "media_type": operation.body.media_type},
        "input": input_schema(operation),
        "output": operation.answer.schema,
    }


def input_schema(operation: Operation) -> dict[str, Any]:
    """One flat object of arguments."""
    properties: dict[str, Any] = {parameter.argument: parameter.schema for parameter in operation.parameters}
    required = [parameter.argument for parameter in operation.parameters if parameter.required]
    body = operation.body
    if body is not None:
        properties[body.argument] = body.schema
        if body.required:
            required.append(body.argument)
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return {**schema, "additionalProperties": False}


def _write_tests(operations: list[Operation], sampler: Sampler, findings: Findings, write: Write) -> int:
    count = 0
    for operation in operations:
        try:
            cases = contract_cases(operation, sampler)
        except UNREADABLE as error:
            where = f"{operation.method} {operation.path}"
            findings.add("no_example", where, f"No example can be made of its schemas ({type(error).__name__}).")
            cases = []
        count += len(cases)
        write(f"tests/{operation.id}.json", json_file(cases))
    return count


def _finish(
    document: bytes,
    root: dict[str, Any],
    operations: list[Operation],
    reader: OperationReader,
    blueprint: Blueprint,
    name: str | None,
    write: Write,
    progress: Progress,
) -> Package:
    found = [finding.as_json() for finding in reader.findings.all()]
    manifest = manifest_of(
        root,
        operations,
        reader.credentials.listed,
        found,
        sha256=hashlib.sha256(document).hexdigest(),
        name=name,
    )
    write("manifest.json", json_file(manifest))
    progress("package", {"module": manifest["name"], "findings": len(found)})
    return Package(manifest, found, blueprint.as_json())
