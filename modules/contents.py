"""What a bundle says it holds, read and checked against what it does hold: findings before anything is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from core.errors import InvalidInput
from modules.broker import EgressDenied, parse_origin
from modules.bundle import Bundle
from modules.manifest import read_manifest
from modules.operations import Operation, operation_path, operations_of
from modules.schema_shape import fault
from modules.schemas import parse_json, references
from sandbox import Finding

RESERVED = "nexus_"


@dataclass(frozen=True, slots=True)
class Case:
    """One contract case: arguments, the exchanges that answer for the world, and what must come out."""

    operation: str
    name: str
    arguments: Any
    exchanges: Sequence[Mapping[str, Any]]
    expect: Mapping[str, Any]


@dataclass(slots=True)
class Contents:
    """A bundle's parts as far as they could be read, and why the rest could not."""

    manifest: dict[str, Any] = field(default_factory=dict[str, Any])
    operations: dict[str, Operation] = field(default_factory=dict[str, Operation])
    sources: dict[str, bytes] = field(default_factory=dict[str, bytes])
    cases: list[Case] = field(default_factory=list[Case])
    findings: list[Finding] = field(default_factory=list[Finding])

    def find(self, code: str, place: str, sentence: str, hint: str = "") -> None:
        """Note a finding."""
        self.findings.append(Finding(code=code, place=place, sentence=sentence, hint=hint))


def read_contents(bundle: Bundle) -> Contents:
    """Everything that can be said of a bundle without running it."""
    contents = Contents(sources={path: data for path, data in bundle.files.items() if path.endswith(".py")})
    for path in contents.sources:
        if path.startswith(RESERVED):
            contents.find(
                "reserved_name", path, f"Names that begin with {RESERVED} are the host's.", "Rename the file."
            )
    try:
        contents.manifest = read_manifest(bundle.files)
    except InvalidInput as error:
        contents.find("manifest_invalid", "manifest.json", error.detail)
        return contents
    for host in contents.manifest["hosts"]:
        try:
            parse_origin(host)
        except EgressDenied as error:
            contents.find("host_invalid", "manifest.json#/hosts", error.detail)
    definitions = _read_definitions(bundle, contents)
    links = {path: references(definition) for path, definition in definitions.items()}
    for name in operations_of(contents.manifest):
        _read_operation(bundle, contents, name, links)
    return contents


def _read_definitions(bundle: Bundle, contents: Contents) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    for path, data in bundle.files.items():
        if path.startswith("definitions/"):
            try:
                definitions[path] = parse_json(data, path)
            except InvalidInput as error:
                contents.find("definition_invalid", path, error.detail)
                continue
            _check_schema(contents, path, definitions[path])
    return definitions


def _read_operation(bundle: Bundle, contents: Contents, name: str, links: Mapping[str, set[str]]) -> None:
    place = operation_path(name)
    data = bundle.files.get(place)
    try:
        if data is None:
            raise InvalidInput("The manifest lists this operation, and the bundle does not hold it.")
        operation = Operation.parse(data, place)
        if operation.id != name:
            raise InvalidInput(f"The file describes another operation: {operation.id}.")
    except InvalidInput as error:
        contents.find("operation_invalid", place, error.detail)
        return
    known = len(contents.findings)
    for path in (operation.code, *operation.uses):
        if path not in contents.sources:
            contents.find("source_missing", place, f"The bundle has no {path}.")
    for part, schema in (("input", operation.input), ("output", operation.output)):
        if schema is not None:
            _check_schema(contents, f"{place}#/{part}", schema)
        for path in _missing(schema, links):
            contents.find("definition_missing", f"{place}#/{part}", f"The bundle has no {path}.")
    if len(contents.findings) == known:
        contents.operations[name] = operation
        contents.cases += _read_cases(bundle, contents, name)


def _missing(schema: Any, links: Mapping[str, set[str]]) -> list[str]:
    """Definitions that the bundle lacks and ``schema`` refers to, directly or by ``links`` from one to the next."""
    found: set[str] = set()
    waiting = references(schema)
    while waiting:
        found |= waiting
        waiting = set[str]().union(*(links.get(path, ()) for path in waiting)) - found
    return sorted(found - links.keys())


def _check_schema(contents: Contents, place: str, schema: Any) -> None:
    wrong = fault(schema)
    if wrong is not None:
        contents.find("schema_invalid", place, f"Not a JSON Schema: {wrong[:300]}.")


def _read_cases(bundle: Bundle, contents: Contents, name: str) -> list[Case]:
    place = f"tests/{name}.json"
    data = bundle.files.get(place)
    if data is None:
        return []
    try:
        entries = parse_json(data, place)
        if not isinstance(entries, list):
            raise InvalidInput("it is no list")
        return [_case(name, entry) for entry in cast("list[Any]", entries)]
    except (InvalidInput, KeyError, TypeError, AttributeError) as error:
        contents.find("case_invalid", place, f"Not a list of contract cases: {error}.")
        return []


def _case(operation: str, entry: Any) -> Case:
    match entry:
        case {"name": str(name), "arguments": arguments, "exchanges": list(), "expect": {"data": _} | {"error": str()}}:
            exchanges = cast("list[dict[str, Any]]", entry["exchanges"])
            for exchange in exchanges:
                _check_exchange(exchange)
            return Case(operation, name, arguments, exchanges, cast("dict[str, Any]", entry["expect"]))
        case _:
            raise InvalidInput("a case has a name, arguments, exchanges, and expects data or an error")


def _check_exchange(exchange: Any) -> None:
    match exchange:
        case {"request": {"method": str(), "url": str()}, "response": {"status": int()}}:
            return
        case _:
            raise InvalidInput("an exchange has a request with method and url, and a response with a status")
