"""FETCH: the description's bytes, from an upload, pasted text, or an address on the open internet."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from orchestrator.builds.services import BuildServices
from orchestrator.builds.state import BuildState
from orchestrator.files.store import describe_file, put_file
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def fetch(state: BuildState, execution: Execution[BuildServices], place: Place) -> dict[str, Any]:
    """Have the bytes as a file of ours. An address is fetched once, through the broker's guard."""
    source, journal, services = state["source"], execution.journal, execution.services
    if "file" in source:
        file = await journal.read(lambda connection: describe_file(connection, journal.org, source["file"]))
        return {"file": file["id"], "media_type": file["media_type"], "base": None}
    if "text" in source:
        content, media_type, base = source["text"].encode(), "text/plain", None
    else:
        await journal.announce()
        document = await services.broker.fetch_document(source["url"], cap=services.limits.document_bytes)
        content, media_type, base = document.content, document.media_type, document.url
    made = services.ids.new()

    def keep(tx: Transaction) -> dict[str, Any]:
        name = (source.get("url") or "pasted").rsplit("/", 1)[-1] or "document"
        return put_file(tx, journal.org, made, content, name=name, media_type=media_type)

    kept = await journal.at_once(place, "file", keep)
    return {"file": kept["id"], "media_type": media_type, "base": base}
