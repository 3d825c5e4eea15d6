"""What routes answer, as schemas: the types that the page, and other clients, are generated from.

Routes return plain dictionaries, which costs nothing on the way; a contract test holds real answers against these.
Members may be added later, never taken away.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic.json_schema import models_json_schema

from orchestrator.api.answer import Answer, Page
from orchestrator.api.answers_of_models import ANSWERS_OF_MODELS
from orchestrator.api.answers_of_modules import (
    BundleFiles,
    FileChanges,
    InstalledModule,
    ListedModules,
    Moved,
    Operation,
    Result,
    VersionReport,
    Versions,
)
from orchestrator.api.answers_of_sandbox import SandboxReport
from orchestrator.governance.store import ApprovalState
from orchestrator.runs.model import RunState

REF = "#/components/schemas/{model}"


class Me(Answer):
    id: str
    org: str
    role: Literal["viewer", "operator", "admin", "owner"]


class StoredFile(Answer):
    id: str
    name: str
    media_type: str
    size: int
    sha256: str


class Thread(Answer):
    """``model`` answers in it; null: the one that the routing chooses."""

    id: str
    title: str
    branched_from: str | None
    model: str | None
    created_at: str
    updated_at: str


class Threads(Page):
    items: list[Thread]


class Message(Answer):
    """``data``: attachments of what a person said; mode, tool calls, result and fields of what was answered."""

    id: str
    position: int
    role: Literal["user", "assistant"]
    text: str
    data: dict[str, Any]
    run: str | None
    created_at: str


class Messages(Page):
    items: list[Message]


class Run(Answer):
    id: str
    kind: Literal["turn", "call", "build"]
    state: RunState
    thread: str | None
    parent: str | None
    actor: str
    input: dict[str, Any]
    output: dict[str, Any] | None
    error: dict[str, Any] | None
    attempt: int
    graph_version: str
    created_at: str
    started_at: str | None
    finished_at: str | None


class Runs(Page):
    items: list[Run]


class Returned(Answer):
    """What a step's tool call returned, as its adapter gave it."""

    envelope: dict[str, Any]
    as_of: int


class Approval(Answer):
    """A card. ``payload`` is exactly what is approved, ``shown`` what helps to decide."""

    id: str
    run: str
    thread: str | None
    kind: Literal["module", "tool", "repeat"]
    state: ApprovalState
    title: str
    payload: dict[str, Any]
    payload_hash: str
    shown: dict[str, Any]
    decision: str | None
    role: Literal["viewer", "operator", "admin", "owner"]
    requested_by: str
    requested_at: str
    expires_at: str
    answered_by: str | None
    answered_at: str | None
    reason: str | None


class Approvals(Page):
    items: list[Approval]


class Event(Answer):
    """An appended fact. The schema of ``data`` is at ``/v1/events/types``, by type."""

    id: int
    key: str
    org: str
    run: str | None
    type: str
    data: dict[str, Any]
    ts: str


class Events(Page):
    items: list[Event]


class Called(Answer):
    """``result`` is null while the run waits for its approval, and where it ended without a call."""

    run: Run
    result: Result | None


# By operation id.
ANSWERS: dict[str, type[Answer]] = {
    "me": Me,
    "upload": StoredFile,
    "open_thread": Thread,
    "list_threads": Threads,
    "show_thread": Thread,
    "change_thread": Thread,
    "branch": Thread,
    "list_messages": Messages,
    "say": Run,
    "list_runs": Runs,
    "show_run": Run,
    "show_result": Returned,
    "cancel": Run,
    "resume": Run,
    "list_approvals": Approvals,
    "show_approval": Approval,
    "answer": Approval,
    "follow_events": Events,
    "follow_run": Events,
    "list_modules": ListedModules,
    "show_module": InstalledModule,
    "show_operation": Operation,
    "call_operation": Called,
    "versions": Versions,
    "show_version": VersionReport,
    "list_files": BundleFiles,
    "diff_versions": FileChanges,
    "diff_draft": FileChanges,
    "create_draft": Run,
    "validate": Run,
    "promote": Run,
    "bind": Run,
    "roll_back": Moved,
    "install": Moved,
    "sandbox": SandboxReport,
    **ANSWERS_OF_MODELS,
}


def describe_answers(document: dict[str, Any]) -> None:
    """Put the schemas of ``ANSWERS`` into an OpenAPI document, each at its operation's success."""
    models = [(model, "serialization") for model in {model.__name__: model for model in ANSWERS.values()}.values()]
    _, schemas = models_json_schema(models, ref_template=REF)  # pyright: ignore[reportArgumentType]
    document["components"]["schemas"].update(schemas["$defs"])
    for item in document["paths"].values():
        for operation in item.values():
            model = ANSWERS.get(operation.get("operationId", ""))
            if model is None:
                continue
            status = next(code for code in operation["responses"] if code.startswith("2"))
            content = operation["responses"][status].setdefault("content", {})
            content["application/json"] = {"schema": {"$ref": REF.format(model=model.__name__)}}
