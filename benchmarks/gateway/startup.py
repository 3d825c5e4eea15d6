"""``help_x``: what ``nexus --help`` takes beside a bare process, and that it loads neither litellm nor the gateway."""

from __future__ import annotations

import os
import re
import subprocess

from benchmarks.pairing import interleave, ratio_figure
from benchmarks.reference import PYTHON, reference_process
from benchmarks.report import Figure

ROUNDS = 60
NEXUS = PYTHON.with_name("nexus")
LEFT_OUT = {"litellm", "gateway", "tiktoken", "sqlalchemy", "rich"}


class TooMuchLoaded(RuntimeError):
    """A module that no help text needs."""


def measure() -> Figure:
    """The p50 of the paired ratios; either process is started with ``posix_spawn``, its output thrown away."""
    _check_imports()
    return ratio_figure("gateway", "help_x", list(interleave(ROUNDS, _help, reference_process)))


def _help() -> None:
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    pid = os.posix_spawn(NEXUS, [str(NEXUS), "--help"], os.environ, file_actions=nowhere)
    _, status = os.waitpid(pid, 0)
    if status:
        raise RuntimeError(f"nexus --help ended with status {status}")


def _check_imports() -> None:
    told = subprocess.run(
        [PYTHON, "-X", "importtime", NEXUS, "--help"], check=True, capture_output=True, text=True
    ).stderr
    loaded = set(re.findall(r"^import time:.*\|\s*(\w+)$", told, re.MULTILINE))
    if found := loaded & LEFT_OUT:
        raise TooMuchLoaded(f"nexus --help loads {', '.join(sorted(found))}")
