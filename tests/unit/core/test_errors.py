"""The vocabulary of failure: every error says what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.errors import NexusError, UpstreamFailed


def descendants(kind: type[NexusError]) -> Iterator[type[NexusError]]:
    for child in kind.__subclasses__():
        if child.__module__ == "core.errors":
            yield child
            yield from descendants(child)


KINDS = list(descendants(NexusError))


@pytest.mark.parametrize("kind", KINDS)
def test_each_has_a_status_a_code_and_a_mend_of_its_own(kind: type[NexusError]) -> None:
    error = kind("What is wrong.")
    assert (error.detail, str(error)) == ("What is wrong.", "What is wrong.")
    assert 400 <= error.status < 600
    assert error.mend == kind.default_mend != NexusError.default_mend
    assert kind("What is wrong.", mend="Do this.").mend == "Do this."


def test_codes_are_distinct() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)


def test_facts_travel_with_the_error() -> None:
    error = UpstreamFailed("It answered 503.", retryable=False, upstream_status=503)
    assert (error.retryable, error.facts) == (False, {"upstream_status": 503})
