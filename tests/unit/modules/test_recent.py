"""A bounded memory."""

from __future__ import annotations

from modules.recent import Recent


def test_what_was_used_longest_ago_goes_first() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    recent.get("a")
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)


def test_weight_counts_and_replacing_does_not_add_up() -> None:
    recent: Recent[str, bytes] = Recent(10, len)
    for _ in range(5):
        recent.put("a", b"x" * 6)
    recent.put("b", b"x" * 4)
    assert len(recent) == 2
    recent.put("c", b"x")
    assert recent.get("a") is None


def test_a_value_over_the_whole_capacity_is_not_kept() -> None:
    recent: Recent[str, bytes] = Recent(10, len)
    assert recent.put("a", b"x" * 11) == b"x" * 11
    assert recent.get("a") is None
    assert len(recent) == 0
