"""The notebook of the notes example: kept in memory, gone when the stand-in ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LONGEST_TEXT = 10_000
MOST_NOTES = 1000
"""Beyond them the oldest is forgotten: anybody on this machine may write."""
MEMBERS = frozenset({"text", "tags"})


class NoSuchNote(Exception):
    """There is no note with this id."""


class BadNote(Exception):
    """What was sent is no note; the message says why."""


@dataclass(slots=True)
class Notebook:
    """Notes by id, in the order they were written."""

    notes: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    written: int = 0

    def write(self, body: Any, created_at: str) -> dict[str, Any]:
        """Store a new note. Raises ``BadNote``."""
        if not isinstance(body, dict) or not isinstance(body.get("text"), str) or not body["text"].strip():
            raise BadNote("The text is empty.")
        if len(body["text"]) > LONGEST_TEXT:
            raise BadNote(f"The text is longer than {LONGEST_TEXT} characters.")
        if unknown := sorted(set(body) - MEMBERS):
            raise BadNote(f"A note has no {unknown[0]}.")
        tags = body.get("tags", [])
        if not isinstance(tags, list) or not all(isinstance(tag, str) and tag for tag in tags):
            raise BadNote("The tags are not a list of words.")
        self.written += 1
        note = {"id": f"n{self.written}", "text": body["text"], "tags": tags, "created_at": created_at}
        self.notes[note["id"]] = note
        if len(self.notes) > MOST_NOTES:
            del self.notes[next(iter(self.notes))]
        return note

    def read(self, note_id: str) -> dict[str, Any]:
        """Raises ``NoSuchNote``."""
        if note_id not in self.notes:
            raise NoSuchNote(note_id)
        return self.notes[note_id]

    def find(self, *, tags: list[str], text: str, limit: int) -> list[dict[str, Any]]:
        """Notes with all of ``tags`` whose text contains ``text``, the newest first."""
        found = (
            note
            for note in reversed(self.notes.values())
            if set(tags) <= set(note["tags"]) and text.casefold() in note["text"].casefold()
        )
        return [note for _, note in zip(range(limit), found, strict=False)]

    def delete(self, note_id: str) -> None:
        """Raises ``NoSuchNote``."""
        self.read(note_id)
        del self.notes[note_id]
