"""How well OpenAI's clients get on with us, by an outside judge: npm's ``compatcanary``, 0 to 100 a profile."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.npm import NoNpm, installed
from tests.models import Asked, ModelServer, call_tool, say, structured
from tests.models.answers import Said
from tests.verify.service import running_service_beside

PACKAGE, VERSION = "compatcanary", "0.2.2"
PROFILES = ("chat", "modern")
WORD = "CANARY_OK"
SCAN_SECONDS = 180.0
ROUTING = """
[llm.providers.scripted]
kind = "compatible"
base_url = "{base}"

[llm.models.scripted]
provider = "scripted"
model = "scripted"

[llm.tiers]
standard = ["scripted"]
"""


async def compat_chat() -> int:
    """The score for chat completions: text, streams, a forced tool call, a strict schema, the list of models."""
    return await compat("chat")


async def compat_modern() -> int:
    """The same with the Responses API."""
    return await compat("modern")


async def compat(profile: str) -> int:
    """The judge's score of a real service with a scripted model behind it; 100 is every check passed."""
    report = await scan(profile)
    for result in report["results"]:
        print(f"{result['status']}  {result['name']}: {result['summary']}", flush=True)
    return report["score"]


async def scan(profile: str) -> dict[str, Any]:
    """The judge's report. Raises ``NoNpm`` where there is no Node, or it says nothing."""
    script = await asyncio.to_thread(installed, PACKAGE, VERSION) / "src" / "cli.js"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        async with ModelServer(otherwise=obliging) as upstream:
            (folder / "nexus.toml").write_text(ROUTING.format(base=upstream.openai_base))
            async with running_service_beside(folder) as service:
                return await _judged(script, profile, service.url, service.key)


def obliging(asked: Asked) -> Said:
    """A model that does what it is asked: calls the tool, keeps to the schema, or says the word."""
    if tools := asked.body.get("tools"):
        return call_tool(tools[0]["function"]["name"], {"value": WORD})
    return structured({"status": "ok"}) if "response_format" in asked.body else say(WORD)


async def _judged(script: Path, profile: str, url: str, key: str) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        raise NoNpm(f"{PACKAGE} needs node, which is not on PATH")
    command = [node, str(script), "scan", "--base-url", f"{url}/v1", "--model", "nexus/standard"]
    process = await asyncio.create_subprocess_exec(
        *command, "--profile", profile, "--format", "json", "--fail-on", "never",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "OPENAI_API_KEY": key},
    )  # fmt: skip
    try:
        async with asyncio.timeout(SCAN_SECONDS):
            said, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise NoNpm(f"{PACKAGE} could not scan: {complaint.decode(errors='replace').strip()[-400:]}")
    return json.loads(said)
