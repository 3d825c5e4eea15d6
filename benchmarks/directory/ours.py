"""Our side: the document built, proven and installed, and the calls made through the loader."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from benchmarks.directory.credentials import VALUE
from benchmarks.directory.described import Call
from benchmarks.directory.outcome import Outcome
from benchmarks.workshop import ORG, Workshop
from core.errors import NexusError


class Ours:
    """One document as an installed module. A document that cannot be installed fails every call, with its reason."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._name = ""
        self._refusal = "not installed"
        self._operations: dict[tuple[str, str], Mapping[str, Any]] = {}

    async def install(self, document: bytes, name: str, origin: str) -> None:
        """Install ``document`` as ``name`` with every described server bound to ``origin``, and made-up credentials."""
        try:
            module = await self._workshop.prove(document, name=name)
            credentials = await self._made_up(module.manifest)
            binding = {server["url"]: origin for server in module.manifest["servers"]}
            await self._workshop.install(module, binding=binding, credentials=credentials)
        except NexusError as error:
            self._refusal = f"{error.code}: {error.detail}"
            return
        self._name = module.name
        for path, content in module.files.items():
            if path.startswith("operations/") and path.endswith(".json"):
                operation = json.loads(content)
                self._operations[operation["method"], operation["path"]] = operation

    async def _made_up(self, manifest: Mapping[str, Any]) -> list[dict[str, str]]:
        references: list[dict[str, str]] = []
        for number, scheme in enumerate(manifest["credentials"]):
            if scheme["type"] == "mutualTLS":
                continue
            reference, basic = f"{manifest['name']}/{number}"[-128:], scheme.get("scheme") == "basic"
            await self._workshop.credentials.set(ORG, reference, f"name:{VALUE}" if basic else VALUE)
            for host in manifest["hosts"]:
                references.append({"credential": scheme["name"], "reference": reference, "origin": host})
        return references

    async def call(self, call: Call) -> Outcome:
        """Make ``call`` through the loader; data that does not fit the output schema is no success."""
        operation = self._operations.get((call.method, call.path))
        if operation is None:
            return Outcome(ok=False, why="no such operation" if self._name else self._refusal)
        try:
            result = await self._workshop.loader.call(
                ORG, self._name, operation["id"], arguments(operation, call), key="benchmark"
            )
        except NexusError as error:
            return Outcome(ok=False, why=f"{error.code}: {error.detail}")
        if result.error is not None:
            body = result.error.body
            text = body if isinstance(body, str) else json.dumps(body)
            return Outcome(
                ok=False, why=f"{result.error.code}: {result.error.message}", status=result.error.status, text=text
            )
        mismatch = next((finding for finding in result.findings if finding.code == "output_mismatch"), None)
        return Outcome(ok=mismatch is None, why=f"{mismatch.place} {mismatch.sentence}" if mismatch else "")


def arguments(operation: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """``call`` in the names of our operation's input schema."""
    given = {(each.place, each.name): each.value for each in call.arguments}
    named = {
        name: given[at["in"], at["name"]]
        for name, at in operation["arguments"].items()
        if (at["in"], at["name"]) in given
    }
    body = operation["body"]
    if call.media_type is not None and body is not None:
        named[body["argument"]] = _body(operation["input"]["properties"][body["argument"]], call.body)
    return named


def _body(schema: Any, value: Any) -> Any:
    """Bytes travel as base64 where our schema says so."""
    if isinstance(schema, dict) and schema.get("contentEncoding") == "base64" and isinstance(value, str):
        return base64.b64encode(value.encode()).decode()
    if isinstance(value, dict) and isinstance(schema, dict):
        members = schema.get("properties") or {}
        return {name: _body(members.get(name), member) for name, member in value.items()}
    return value
