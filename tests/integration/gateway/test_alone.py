"""The gateway as a library: what its page shows runs, and brings nothing of the service along."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.models import ModelServer, say

pytestmark = pytest.mark.asyncio(loop_scope="session")
ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/how-to/use-the-gateway-alone.md"
STRANGERS = """
import sys
print([name for name in sys.modules if name.split(".")[0] in ("orchestrator", "litellm", "fastapi")])
"""


def programs() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


async def run(program: str, folder: Path) -> list[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program + STRANGERS,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode().splitlines()


async def test_a_call_is_streamed(server: ModelServer, tmp_path: Path) -> None:
    server.script = [say("Good day.", usage=(4, 3))]
    program = programs()[0].replace("http://127.0.0.1:8080/v1", server.openai_base)
    assert await run(program, tmp_path) == ["Good day.", "qwen3: 3 tokens", "[]"]


async def test_a_budget_is_kept_in_a_database(tmp_path: Path) -> None:
    first, *_, strangers = await run(programs()[1], tmp_path)
    assert first.startswith("Hello.")
    assert strangers == "[]"
    assert (tmp_path / "calls.db").exists()
