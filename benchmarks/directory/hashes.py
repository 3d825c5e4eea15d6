"""``same_hash``: a seeded sample of documents, each built by two Pythons under two hash seeds, a process each."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.directory.corpus import documents, name_of
from benchmarks.report import ROOT, Figure, RawSamples

DOCUMENTS = 40
SEEDS = ("0", "4711")
VERSIONS = ("3.15", "3.14", "3.13", "3.12")

# Prints the bundle's SHA-256: that of its tar. Run where only the standard library is at hand.
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from modules.builder.openapi.package import build
files = {}
sys.setrecursionlimit(20000)
with open(sys.argv[2], "rb") as file:
    build(file.read(), write=files.__setitem__, progress=lambda stage, data: None, limit=1 << 26)
import hashlib
listing = "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\\n" for path in sorted(files))
print(sys.version.split()[0], hashlib.sha256(listing.encode()).hexdigest())
"""


def measure(seed: int, *, count: int = DOCUMENTS) -> list[Figure]:
    """1 if every build of every drawn document gave the same hash, else 0; ``n`` counts builds."""
    pythons = [sys.executable, *newest()]
    agreed = True
    with RawSamples("directory", "same_hash") as raw:
        for path in random.Random(seed).sample(documents(), count):
            built = [_built(python, hash_seed, path) for python in pythons for hash_seed in SEEDS]
            agreed = agreed and len({digest for _, digest in built}) == 1
            raw.add(document=name_of(path), built=built)
        value = 1.0 if agreed and len(pythons) > 1 else 0.0
        return [Figure("same_hash", value, "all equal", raw.n * len(pythons) * len(SEEDS), raw.path)]


def newest() -> list[str]:
    """The newest Python of this machine beside the running one: on PATH, uv's, or pyenv's."""
    for version in VERSIONS:
        candidates = [shutil.which(f"python{version}"), _of_uv(version)]
        candidates += [str(path) for path in sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))]
        for python in filter(None, candidates):
            if _version(python) == version:
                return [python]
    print("no newer Python found: same_hash cannot hold (install one, or `uv python install`)")
    return []


def _of_uv(version: str) -> str | None:
    uv = shutil.which("uv")
    if uv is None:
        return None
    command = [uv, "python", "find", "--offline", "--no-project", version]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or None if found.returncode == 0 else None


def _version(python: str) -> str:
    command = [python, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _built(python: str, hash_seed: str, path: Path) -> tuple[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-c", PROGRAM, str(ROOT), str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "PYTHONHASHSEED": hash_seed},
        cwd=path.parent,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        return f"{python} seed {hash_seed}", json.dumps(last[0]) if "Refused" in last[0] else f"failed: {last[0]}"
    version, digest = done.stdout.split()
    return f"{version} seed {hash_seed}", digest
