"""The same bytes in, the same bytes out: in every process, hash seed and supported Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
BUILD = """
import sys
sys.path.insert(0, sys.argv[1])
from modules.builder.openapi.package import build
import hashlib
digest = hashlib.sha256()
def write(path, content):
    digest.update(f"{path} {len(content)} ".encode() + content)
with open(sys.argv[2], "rb") as file:
    build(file.read(), write=write, progress=lambda stage, data: None, limit=1 << 26)
print(digest.hexdigest())
"""


def a_wild_document() -> dict[str, Any]:
    """Something of everything whose order or spelling could depend on the interpreter."""
    properties = {
        name: {"type": "string", "description": f"{name} \u202e \x7f \U0001f600", "pattern": "^[a-z&&[0-9]]{1,3}$"}
        for name in ("ß", "é", "e\u0301", "\u1e9e", "天", "a b", "__x", "None", "match", "\U0001f600")
    }
    numbers = {"type": "number", "enum": [1e22, 1e-7, 0.1, 1.0, 100000000000000000000, -0.0], "minimum": 1e-300}
    parts = [{"type": "object", "properties": properties}, {"properties": {name: {} for name in (*properties, "more")}}]
    schemas = {f"S{number}": {"allOf": parts, "required": list(properties)} for number in range(20)}
    paths = {
        f"/{name}/{{{name}}}": {
            method: {
                "operationId": name,
                "parameters": [{"name": "n", "in": "query", "schema": numbers}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/S{number}"}}}
                },
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S1"}}}}
                },
            }
            for method in ("get", "post")
        }
        for number, name in enumerate(properties)
    }
    schemes = {name: {"type": "apiKey", "in": "query", "name": name} for name in properties}
    return {
        "openapi": "3.0.0",
        "info": {"title": "Wild"},
        "servers": [{"url": f"https://{letter}.example"} for letter in "fedcba"],
        "security": [{name: []} for name in schemes] + [{key: ["b", "a"] for key in schemes}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": schemes},
    }


def interpreters() -> list[str]:
    """This Python and every other supported one on this machine."""
    found = [sys.executable]
    for version in ("3.11", "3.12", "3.13", "3.14"):
        for folder in Path.home().glob(f".pyenv/versions/{version}.*/bin"):
            found.append(str(folder / "python"))
        other = shutil.which(f"python{version}")
        if other is not None:
            found.append(other)
    return [python for python in dict.fromkeys(found) if works(python)]


def works(python: str) -> bool:
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([python, "-I", "-c", check], capture_output=True, check=False).returncode == 0


def digest(python: str, document: Path, seed: str) -> str:
    run = subprocess.run(
        [python, "-c", BUILD, str(ROOT), str(document)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": ""},
        cwd="/",
    )
    return run.stdout.strip()


def test_every_interpreter_and_hash_seed_builds_the_same_bytes(tmp_path: Path) -> None:
    document = tmp_path / "wild.json"
    document.write_text(json.dumps(a_wild_document()))
    digests = {
        (python, seed): digest(python, document, seed) for python in interpreters() for seed in ("0", "1", "4242")
    }
    assert len(set(digests.values())) == 1, digests


@pytest.mark.parametrize("name", ["weather", "notes"])
def test_examples_build_the_same_as_yaml_under_any_seed_and_alike_as_json(name: str, tmp_path: Path) -> None:
    document = ROOT / "examples" / f"{name}.openapi.yaml"
    assert len({digest(sys.executable, document, seed) for seed in ("0", "7")}) == 1
    twin = tmp_path / "twin.json"
    twin.write_text(json.dumps(yaml.safe_load(document.read_text())))
    assert files(twin) == files(document)


def files(document: Path) -> dict[str, bytes]:
    """The bundle's files, but for the manifest, which names the document's own hash."""
    from modules.builder.openapi.package import build

    made: dict[str, bytes] = {}
    build(document.read_bytes(), write=made.__setitem__, progress=lambda stage, data: None, limit=1 << 26)
    del made["manifest.json"]
    return made
