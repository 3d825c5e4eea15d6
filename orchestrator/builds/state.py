"""What a build carries from node to node: ids and hashes; the bytes are in the registry."""

from __future__ import annotations

from typing import Any, TypedDict


class BuildState(TypedDict):
    """``source`` is one of {file}, {url}, {text} for a new draft, {draft} for one that exists, {module, grant}.

    A node reads only what the nodes before it have set; what may be absent is read with ``get``.
    """

    source: dict[str, Any]
    name: str | None
    thread: str | None
    file: str
    base: str | None
    media_type: str | None
    draft: str | None
    module: str
    bundle_sha256: str
    proof_hash: str
    passed: bool
    confidence: float | None
    findings: list[dict[str, str]]
    payload: dict[str, Any]
    decision: dict[str, Any]
    answered: dict[str, Any] | None
    activation: dict[str, Any] | None
    sentence: str
