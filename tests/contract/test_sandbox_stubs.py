"""The generated code of the sandbox's service is that of its description."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = ("sandbox_pb2.py", "sandbox_pb2.pyi", "sandbox_pb2_grpc.py")


def test_the_stubs_are_generated_from_the_description(tmp_path: Path) -> None:
    places = [f"--{kind}_out={tmp_path}" for kind in ("python", "pyi", "grpc_python")]
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", ".", *places, "sandbox/service/sandbox.proto"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    for name in GENERATED:
        made, kept = tmp_path / "sandbox/service" / name, ROOT / "sandbox/service" / name
        assert made.read_text() == kept.read_text(), f"Generate {name} anew: {' '.join(command[1:])}"
