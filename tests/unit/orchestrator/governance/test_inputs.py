"""Which words of a description mark an operation as unsafe."""

from __future__ import annotations

import pytest

from orchestrator.governance.inputs import unsafe_marks


@pytest.mark.parametrize(
    ("operation", "summary", "description"),
    [
        ("resetPassword", "", ""),
        ("get_x", "Deletes the tide table", ""),
        ("get_x", "Publish a notice", ""),
        ("purge-cache", "Cache", ""),
        ("get_x", "Open the lock", "This is irreversible."),
        ("get_x", "Rotate", "The old key cannot be recovered."),
        ("get_x", "Call", "Has side effects on the meter."),
        ("get_x", "Call", "This operation is destructive."),
    ],
)
def test_marked_as_unsafe(operation: str, summary: str, description: str) -> None:
    assert unsafe_marks(operation, summary, description)


@pytest.mark.parametrize(
    ("operation", "summary", "description"),
    [
        ("list_deleted_notices", "List deleted notices", "Deleted notices are kept for a year."),
        ("get_updates", "Get updates", ""),
        ("postcodes", "Postcodes of a town", ""),
        ("address_book", "Addresses", ""),
        ("get_x", "Tide table", "Has no side effects; a non-destructive read."),
        ("", "", ""),
    ],
)
def test_not_marked(operation: str, summary: str, description: str) -> None:
    assert unsafe_marks(operation, summary, description) == ()
