"""The invented APIs of the corpus as tools, and one way to say something to the builtin provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway import Attachment, Message, ModelRequest, ModelResult, Purpose, ToolSpec
from gateway.builtin import BuiltinProvider, chat_tools

CORPUS = Path(__file__).parent / "corpus"
NOW = datetime(2031, 5, 14, 9, 30, tzinfo=UTC)
VERSIONS = {"library": ["aa00000000000000", "bb00000000000000"], "bakery": ["99bb110000000000", "77aa110000000000"]}
DRAFTS = {"d-1": "tides", "d-2": "Harbour fees"}

Say = Callable[..., Any]


def schema_of(notation: Any) -> dict[str, Any]:
    """``integer! 1 30``, ``string! ^[A-Z]{3}$``, ``date``, ``[a, b]!``: one input of the corpus."""
    if isinstance(notation, list):
        return {"type": "string", "enum": notation}
    text = notation.replace("!", "")
    if text.startswith("["):
        return {"type": "string", "enum": [part.strip() for part in text.strip("[]").split(",")]}
    name, *rest = text.split()
    if name in ("date", "email", "uuid"):
        return {"type": "string", "format": name}
    if name == "strings":
        return {"type": "array", "items": {"type": "string"}}
    schema: dict[str, Any] = {"type": name}
    if len(rest) == 2:
        schema |= {"minimum": float(rest[0]), "maximum": float(rest[1])}
    if len(rest) == 1:
        schema["pattern"] = rest[0]
    return schema


def tool(module: str, operation: str, about: dict[str, Any]) -> ToolSpec:
    root: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for dotted, notation in about["in"].items():
        node = root
        *parents, name = dotted.split(".")
        needed = isinstance(notation, str) and "!" in notation
        for parent in parents:
            if needed and parent not in node["required"]:
                node["required"].append(parent)
            fresh = {"type": "object", "properties": {}, "required": []}
            node = node["properties"].setdefault(parent, fresh)
        node["properties"][name] = schema_of(notation)
        if needed:
            node["required"].append(name)
    return ToolSpec(
        name=f"{module}__{operation}",
        description=about["about"],
        input_schema=root,
        effect="write" if about.get("write") else "read",
    )


def api_tools(names: Sequence[str] | None = None) -> tuple[ToolSpec, ...]:
    apis = yaml.safe_load((CORPUS / "tools.yaml").read_text(encoding="utf-8"))
    return tuple(
        tool(module, operation, about)
        for module, operations in apis.items()
        if names is None or module in names
        for operation, about in operations.items()
    )


def all_tools(names: Sequence[str] | None = None) -> tuple[ToolSpec, ...]:
    tools = api_tools(names)
    modules = dict.fromkeys(re.sub("__.*", "", one.name) for one in tools)
    return (*tools, *chat_tools(modules={name: VERSIONS.get(name, []) for name in modules}, drafts=DRAFTS))


class Conversation:
    """Says things to the provider and keeps what was said, as a thread would."""

    def __init__(self, tools: tuple[ToolSpec, ...]) -> None:
        self.provider = BuiltinProvider()
        self.tools = tools
        self.messages: list[Message] = []

    async def say(
        self, text: str, *, files: Sequence[str] = (), purpose: Purpose = Purpose.PLAN, **more: Any
    ) -> ModelResult:
        attached = tuple(Attachment(id=f"file-{n}", name=name) for n, name in enumerate(files))
        self.messages.append(Message(role="user", content=text, attachments=attached))
        request = ModelRequest(purpose=purpose, messages=tuple(self.messages), tools=self.tools, **{"now": NOW, **more})
        result = await self.provider.generate(request)
        self.messages.append(
            Message(role="assistant", content=result.text, tool_calls=result.tool_calls, question=result.question)
        )
        return result


@pytest.fixture(scope="session")
def corpus_tools() -> tuple[ToolSpec, ...]:
    return all_tools()


@pytest.fixture
def conversation(corpus_tools: tuple[ToolSpec, ...]) -> Conversation:
    return Conversation(corpus_tools)
