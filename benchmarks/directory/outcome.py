"""What became of one call, told alike for both sides."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.directory.prism import blames_itself


@dataclass(frozen=True)
class Outcome:
    """``ok``: a 2xx answer whose data was valid. ``status`` and ``text`` are the mock's answer, where one came."""

    ok: bool
    why: str = ""
    status: int | None = None
    text: str = ""

    @property
    def counts(self) -> bool:
        """False where the mock blamed its own response, which says nothing about the caller."""
        return not blames_itself(self.status, self.text)
