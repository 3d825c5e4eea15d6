"""The page's sources: its types come from the API's own description, and the static tier fails when they do not."""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from core.settings import Settings
from orchestrator.app import create_app

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "ui"
TYPES = UI / "src" / "api" / "schema.d.ts"


def installed() -> bool:
    """Whether what builds the page is there."""
    return (UI / "node_modules" / ".bin" / "openapi-typescript").exists()


def generate(target: Path) -> None:
    """Write the TypeScript types of the API's paths and answers to ``target``."""
    with tempfile.TemporaryDirectory() as folder:
        document = create_app(Settings(data_dir=Path(folder) / "data")).openapi()
        description = Path(folder) / "openapi.json"
        description.write_text(json.dumps(document))
        command = ["node_modules/.bin/openapi-typescript", description, "--output", target, "--alphabetize"]
        # A member with a default may be left out of a request.
        command.append("--default-non-nullable=false")
        subprocess.run(command, cwd=UI, check=True, capture_output=True, text=True)


def drift() -> list[str]:
    """What is wrong with the committed types, as one line, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "schema.d.ts"
        generate(fresh)
        if fresh.read_text() == TYPES.read_text():
            return []
    return [f"{TYPES.relative_to(ROOT)} is not what the API's description gives: run make ui-types"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Generate the page's types from the API's description.")
    parser.parse_args()
    generate(TYPES)
