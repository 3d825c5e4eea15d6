"""What one run puts is counted and measured, whether it is kept or refused."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from core.errors import BudgetExceeded, InvalidInput, TooLarge
from modules.broker import BrokerLimits
from modules.broker.artifacts import RunArtifacts
from sandbox import ArtifactLimits, ArtifactRefused


def text(content: str, name: str = "notes") -> dict[str, Any]:
    return {"action": "put", "name": name, "media_type": "text/plain", "text": content, "base64": None}


async def test_what_is_put_is_kept_with_its_hash_and_an_id_of_its_own() -> None:
    run = RunArtifacts(BrokerLimits())
    first = await run.put(text("hello"))
    second = await run.put({**text(""), "text": None, "base64": base64.b64encode(b"bytes").decode()})
    assert [first.id, second.id] == ["artifact-1", "artifact-2"]
    assert (first.name, first.media_type, first.bytes, first.checked) == ("notes", "text/plain", 5, True)
    assert second.sha256 == hashlib.sha256(b"bytes").hexdigest()
    assert run.kept == [first, second]


async def test_the_hash_is_that_of_what_is_left_after_scrubbing() -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><path d="M0 0"/></svg>'
    artifact = await RunArtifacts(BrokerLimits()).put({**text(drawing), "media_type": "image/svg+xml"})
    content = base64.b64decode(artifact.content)
    assert b"alert" not in content
    assert artifact.sha256 == hashlib.sha256(content).hexdigest()
    assert artifact.bytes == len(content)
    assert artifact.removed == ("script",)


@pytest.mark.parametrize(
    "change",
    [
        {"name": None}, {"name": 7}, {"media_type": None}, {"text": None}, {"text": 7}, {"base64": "YQ=="},
        {"text": None, "base64": "not base64"}, {"text": None, "base64": "YQ=\n="}, {"text": "\ud800"},
    ],
)  # fmt: skip
async def test_a_frame_that_is_no_artifact_is_refused(change: dict[str, Any]) -> None:
    run = RunArtifacts(BrokerLimits())
    with pytest.raises(InvalidInput):
        await run.put({**text("hello"), **change})
    assert run.kept == []


async def test_a_run_puts_so_many_and_no_more() -> None:
    run = RunArtifacts(BrokerLimits(artifacts=2))
    await run.put(text("one"))
    await run.put(text("two"))
    with pytest.raises(BudgetExceeded, match="its 2 artifacts"):
        await run.put(text("three"))
    assert len(run.kept) == 2


async def test_a_refused_try_is_a_try() -> None:
    run = RunArtifacts(BrokerLimits(artifacts=2))
    for _ in range(2):
        with pytest.raises(ArtifactRefused):
            await run.put(text("\0"))
    with pytest.raises(BudgetExceeded):
        await run.put(text("fine"))


async def test_a_run_puts_so_many_bytes_in_all_refused_ones_included() -> None:
    run = RunArtifacts(BrokerLimits(artifacts_bytes=10))
    await run.put(text("x" * 6))
    with pytest.raises(BudgetExceeded, match="more than 10 bytes in all"):
        await run.put(text("x" * 5))
    with pytest.raises(BudgetExceeded):
        await run.put(text("x"))
    assert [artifact.bytes for artifact in run.kept] == [6]


async def test_one_artifact_has_a_bound_of_its_own() -> None:
    run = RunArtifacts(BrokerLimits(artifact=ArtifactLimits(size=4)))
    with pytest.raises(TooLarge, match="5 bytes; at most 4"):
        await run.put(text("12345"))


async def test_answers_count_too_and_are_marked_as_unchecked() -> None:
    run = RunArtifacts(BrokerLimits(artifacts=1))
    assert run.keep_answer("image/svg+xml", b"\0<script>") == "artifact-1"
    assert (run.kept[0].checked, run.kept[0].name) == (False, "response")
    with pytest.raises(BudgetExceeded):
        await run.put(text("hello"))
    with pytest.raises(BudgetExceeded):
        run.keep_answer("", b"")
