"""The tools an organisation has: the operations of its installed modules, and the chat's own."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from core.database import Database
from core.errors import NotFound
from core.events import head
from gateway import ToolSpec
from gateway.builtin.chat_tools import chat_tools
from modules import manifest
from modules.operations import Operation, operation_path, reached
from modules.schemas import Schema
from modules.store.bundles import read_blobs, read_listing
from modules.store.drafts import list_drafts
from modules.store.versions import Activation, list_active, list_versions

BUNDLES_KEPT = 64
LARGEST_SCHEMA = 64 * 1024
SEPARATOR = "__"


@dataclass(frozen=True, slots=True)
class Tool:
    """One operation of an installed module, as a tool."""

    name: str
    module: str
    operation: Operation
    spec: ToolSpec


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed module: where its pointer stands, and its tools by name."""

    activation: Activation
    manifest: Mapping[str, Any]
    tools: Mapping[str, Tool]


class Catalog:
    """What is installed, parsed once a bundle: bundles never change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._parsed: OrderedDict[str, tuple[Mapping[str, Any], Mapping[str, Tool]]] = OrderedDict()

    async def installed(self, org: str) -> list[Installed]:
        """The organisation's modules, by name."""
        return (await self.snapshot(org))[0]

    async def snapshot(self, org: str) -> tuple[list[Installed], int]:
        """The organisation's modules, by name, and the id of the last event that they include."""
        return await self._db.read(lambda connection: (self._installed(connection, org), head(connection)))

    async def find(self, org: str, name: str) -> tuple[Installed, Tool]:
        """A tool of an installed module. Raises ``NotFound``."""
        module = module_of(name)
        for each in await self.installed(org):
            if each.activation.module == module and name in each.tools:
                return each, each.tools[name]
        raise NotFound(f"There is no tool {name!r}.", mend="List the installed modules first.")

    async def specs(self, org: str) -> tuple[ToolSpec, ...]:
        """Everything a planner may choose from."""
        return await self._db.read(lambda connection: self._specs(connection, org))

    def _specs(self, connection: Connection, org: str) -> tuple[ToolSpec, ...]:
        installed = self._installed(connection, org)
        own = chat_tools(
            modules={each.activation.module: hashes(connection, org, each.activation.module) for each in installed},
            drafts={draft.id: draft.module for draft in list_drafts(connection, org) if draft.state == "validated"},
            titles={each.activation.module: str(each.manifest.get("title", "")) for each in installed},
        )
        return (*own, *(tool.spec for each in installed for tool in each.tools.values()))

    def _installed(self, connection: Connection, org: str) -> list[Installed]:
        return [Installed(each, *self._bundle(connection, each)) for each in list_active(connection, org)]

    def _bundle(self, connection: Connection, activation: Activation) -> tuple[Mapping[str, Any], Mapping[str, Tool]]:
        sha256 = activation.bundle_sha256
        if sha256 not in self._parsed:
            self._parsed[sha256] = parse(connection, sha256, activation.module)
            while len(self._parsed) > BUNDLES_KEPT:
                self._parsed.popitem(last=False)
        return self._parsed[sha256]


def module_of(tool: str) -> str | None:
    """The module whose operation a tool is; ``None`` for the chat's own."""
    module, separated, _ = tool.partition(SEPARATOR)
    return module if separated else None


def hashes(connection: Connection, org: str, module: str) -> list[str]:
    """A module's versions, newest first, by hash."""
    return [version.bundle_sha256 for version in list_versions(connection, org, module)]


def parse(connection: Connection, sha256: str, module: str) -> tuple[Mapping[str, Any], Mapping[str, Tool]]:
    """The manifest and the tools of a stored bundle."""
    listing = read_listing(connection, sha256)
    wanted = {
        path: digest for path, digest in listing.items() if path.endswith(".json") and not path.startswith("tests/")
    }
    contents = read_blobs(connection, wanted.values())
    listed = json.loads(contents[listing[manifest.PATH]])
    definitions = {
        path: json.loads(contents[digest]) for path, digest in wanted.items() if path.startswith("definitions/")
    }
    tools: dict[str, Tool] = {}
    for entry in listed["operations"]:
        path = operation_path(entry["id"])
        operation = Operation.parse(contents[listing[path]], path)
        name = f"{module}{SEPARATOR}{operation.id}"
        tools[name] = Tool(name, module, operation, spec_of(name, operation, definitions))
    return listed, tools


def spec_of(name: str, operation: Operation, definitions: Mapping[str, Any]) -> ToolSpec:
    """A planner's view of an operation. Definitions too large to read are left as references."""
    needed = reached(operation.input, definitions)
    size = sum(len(json.dumps(schema)) for schema in needed.values())
    schema = Schema(operation.input, needed).self_contained if size <= LARGEST_SCHEMA else operation.input
    text = f"{operation.summary}\n{operation.description}".strip()
    effect = "read" if operation.effect == "read" else "write"
    return ToolSpec(name=name, description=text, input_schema=schema, effect=effect)
