"""What a benchmark yields: figures, their raw samples on disk, a table and one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "benchmarks" / "out"
CACHE = ROOT / "benchmarks" / ".cache"


@dataclass(frozen=True)
class Figure:
    """One number with its unit, how many samples stand behind it and the file that holds them."""

    name: str
    value: float
    unit: str
    n: int
    raw: str = ""


class RawSamples:
    """A file ``benchmarks/out/NAME-PART.jsonl``, one sample a line, begun anew by each run.

    >>> with RawSamples("events", "append_1") as raw:   # doctest: +SKIP
    ...     raw.add(product=0.0012, anchor=0.0010)
    """

    def __init__(self, name: str, part: str) -> None:
        OUT.mkdir(parents=True, exist_ok=True)
        self._path = OUT / f"{name}-{part}.jsonl"
        self._file = self._path.open("w", encoding="utf-8", buffering=1)  # a sample is kept once it is added
        self.n = 0

    @property
    def path(self) -> str:
        """The file's path from the project's root, as a figure names it."""
        return self._path.relative_to(ROOT).as_posix()

    def add(self, **sample: Any) -> None:
        """Keep one sample: any JSON values by name."""
        self._file.write(json.dumps(sample) + "\n")
        self.n += 1

    def __enter__(self) -> RawSamples:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def render(figures: Sequence[Figure]) -> str:
    """The figures as a table."""
    rows = [("figure", "value", "unit", "n", "raw")]
    rows += [(each.name, f"{each.value:.4g}", each.unit, str(each.n), each.raw) for each in figures]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def result_line(name: str, figures: Sequence[Figure]) -> str:
    """The one line that ends a run with ``--json``."""
    return json.dumps({"name": name, "figures": [asdict(figure) for figure in figures]})
