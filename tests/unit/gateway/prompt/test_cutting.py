"""What is cut when not everything fits: the least important, no further than needed, and it is said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.prompt.cutting import Cut, Fitted, Piece, fit, whole


def letters(text: str) -> int:
    return len(text)


def a_piece(text: str, *, cut: Cut = "tail", priority: int = 0) -> Fitted:
    return whole(Piece("a piece", text, cut, priority, "<{}>".format), letters)


def rendered(pieces: list[Fitted], allowed: int) -> list[str]:
    return [one.rendered for one in fit(pieces, allowed, letters)]


LONG = "0123456789" * 10


def test_what_fits_is_left_alone() -> None:
    assert rendered([a_piece("one"), a_piece("two")], 10) == ["<one>", "<two>"]


def test_a_document_loses_its_end_and_a_log_its_beginning() -> None:
    assert rendered([a_piece(LONG)], 50) == ["<012345678901234 [... 85 characters left out ...]>"]
    assert rendered([a_piece(LONG, cut="head")], 50) == ["<[... 85 characters left out ...] 567890123456789>"]


def test_what_half_of_is_of_no_use_goes_at_once() -> None:
    assert rendered([a_piece(LONG, cut="whole")], 101) == ["<[... 100 characters left out ...]>"]


def test_the_least_important_goes_first_and_no_further_than_it_must() -> None:
    pieces = [a_piece(LONG, priority=1), a_piece(LONG, priority=0), a_piece(LONG, priority=2)]
    first, second, third = fit(pieces, 250, letters)
    assert (first.left_out, third.left_out) == (0, 0)
    assert len(second.rendered) == 250 - 204
    first, second, third = fit(pieces, 200, letters)
    assert second.left_out == 100
    assert 0 < first.left_out < 100
    assert third.left_out == 0


def test_among_equals_the_later_goes_first() -> None:
    assert [one.left_out > 0 for one in fit([a_piece(LONG), a_piece(LONG)], 180, letters)] == [False, True]


def test_what_is_shorter_than_the_note_of_its_absence_stays() -> None:
    assert rendered([a_piece("short", priority=-1), a_piece(LONG)], 60)[0] == "<short>"


def test_a_carriage_return_is_not_left_without_its_line_feed() -> None:
    (cut,) = fit([a_piece("a" * 15 + "\r\n" + "b" * 83)], 51, letters)
    assert "\r" not in cut.rendered
    assert "85 characters" in cut.rendered


PIECES = st.lists(
    st.builds(
        a_piece, st.text(max_size=200), cut=st.sampled_from(("head", "tail", "whole")), priority=st.integers(0, 3)
    ),
    max_size=6,
)


@given(PIECES, st.integers(0, 600))
def test_it_fits_or_nothing_more_could_go(pieces: list[Fitted], allowed: int) -> None:
    fitted = fit(pieces, allowed, letters)
    assert [one.piece for one in fitted] == [one.piece for one in pieces]
    assert all(one.tokens == len(one.rendered) <= before.tokens for one, before in zip(fitted, pieces, strict=True))
    if sum(one.tokens for one in fitted) > allowed:
        shortest = [
            min(len(one.piece.text), len(f"[... {len(one.piece.text)} characters left out ...]")) for one in fitted
        ]
        assert [one.tokens - 2 for one in fitted] == shortest


@given(PIECES, st.integers(0, 600))
def test_an_important_piece_is_cut_only_when_no_lesser_one_can_give_more(pieces: list[Fitted], allowed: int) -> None:
    fitted = fit(pieces, allowed, letters)
    cut = [one.piece.priority for one in fitted if one.left_out]
    for one in fitted:
        if cut and one.piece.priority < max(cut):
            assert one.left_out == len(one.piece.text) or one.tokens <= len("<[... 1 characters left out ...]>") + 3
