"""What a person types is taken as it stands, or refused in words."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from orchestrator.cli.ask import parameter
from orchestrator.cli.modules import arguments_of
from orchestrator.cli.typed import place


@pytest.mark.parametrize(
    ("typed", "value"),
    [("a=1", 1), ("a=[1]", [1]), ("a=x=y", "x=y"), ("a=", ""), ("a=NaN", "NaN"), ("a=" + "[" * 100_000, "[" * 100_000)],
)
def test_a_parameter_that_is_json_is_taken_as_that_and_any_other_as_text(typed: str, value: object) -> None:
    assert parameter(typed) == ("a", value)


@pytest.mark.parametrize("whole", ["[]", "{", '{"a": NaN}', "[" * 100_000])
def test_arguments_are_an_object_of_strict_json(whole: str) -> None:
    with pytest.raises(InvalidInput):
        arguments_of([], whole)


def test_what_was_typed_stays_one_part_of_the_path() -> None:
    assert place("v1", "approvals", "../me?x#y") == "/v1/approvals/..%2Fme%3Fx%23y"
    assert place("v1", "approvals", "\udcff") == "/v1/approvals/%3F"
