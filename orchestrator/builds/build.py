"""BUILD: bytes become a bundle in a child process, and the bundle becomes a draft."""

from __future__ import annotations

from itertools import count
from typing import Any

from modules.builder import build_openapi
from orchestrator.builds.services import BuildServices
from orchestrator.builds.state import BuildState
from orchestrator.files.store import read_file
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def build(state: BuildState, execution: Execution[BuildServices], place: Place) -> dict[str, Any]:
    """Run the exact builder; its stages are events as they come. A kill in the middle builds the same bytes again."""
    services, journal = execution.services, execution.journal
    number = count()

    async def stage(name: str, detail: dict[str, Any]) -> None:
        await journal.occurred("build.stage", place, {"stage": name, "detail": detail}, n=next(number))

    await journal.announce()
    content = await journal.read(lambda connection: read_file(connection, journal.org, state["file"]))
    built = await build_openapi(
        content,
        media_type=state.get("media_type"),
        name=state.get("name"),
        base=state.get("base"),
        limits=services.limits,
        progress=stage,
    )
    await stage("package", {"files": len(built.files)})
    source = {"kind": "openapi", "file": state["file"], "blueprint": built.blueprint}
    draft = await services.drafts.create(
        journal.org,
        built.files,
        actor=journal.actor.id,
        key=journal.run.id,
        source=source,
        run=journal.run.id,
    )
    return {
        "draft": draft.id,
        "module": draft.module,
        "bundle_sha256": draft.bundle_sha256,
        "findings": built.findings[:50],
        "confidence": built.blueprint.get("confidence"),
    }
