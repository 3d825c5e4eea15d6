"""What a document had wrong, part by part, and what was done about it."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 400

UNREADABLE = (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError)
"""What reading raises where a document is wrong in ways nobody listed. It costs the part that is read, and says so."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was dropped or read differently.

    ``code`` is stable and short, ``place`` a JSON pointer or ``METHOD path`` in the document, ``sentence`` for people.
    """

    code: str
    place: str
    sentence: str

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "place": self.place, "sentence": self.sentence}


class Findings:
    """Findings in the order they were made, each once, at most ``MOST`` of them kept."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Finding] = {}
        self._left_off = 0

    def add(self, code: str, place: str, sentence: str) -> None:
        """Note a finding; the same code at the same place is noted once."""
        if (code, place) in self._kept:
            return
        if len(self._kept) >= MOST:
            self._left_off += 1
            return
        self._kept[(code, place)] = Finding(code, place, sentence)

    def all(self) -> list[Finding]:
        """Every kept finding; the last one counts those that were left off."""
        found = list(self._kept.values())
        if self._left_off:
            found.append(Finding("more", "#", f"{self._left_off} further findings are not listed."))
        return found
