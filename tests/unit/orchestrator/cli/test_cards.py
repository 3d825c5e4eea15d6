"""Cards at the command line: what a person reads of them, and how an edit is written."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import InvalidInput
from orchestrator.cli.approvals import edit_of
from orchestrator.cli.follow import describe_card

KEY = {"name": "key", "type": "apiKey", "in": "header", "parameter": "X-Key"}


def card(**payload: Any) -> dict[str, Any]:
    described = {"title": "Install", "id": "a", "payload_hash": "h", "expires_at": "soon"}
    return {**described, "payload": payload, "shown": {"credentials": [KEY]}}


def test_a_card_says_which_secret_is_missing_and_the_mend() -> None:
    assert "key (apiKey, header X-Key) is not given. nexus credentials set NAME" in describe_card(card(credentials=[]))


def test_a_card_says_which_stored_secret_goes_where() -> None:
    given = {"credential": "key", "reference": "mine", "origin": "https://a.example:443"}
    described = describe_card(card(credentials=[given]))
    assert "key: the stored 'mine', sent to https://a.example:443 only" in described
    assert "is not given" not in described


def test_an_edit_is_written_as_bindings_secrets_and_json() -> None:
    assert edit_of(["https://a.example/v1?x=1=http://127.0.0.1:1"], ["key=mine"], '{"hosts": []}') == {
        "hosts": [],
        "binding": {"https://a.example/v1?x=1": "http://127.0.0.1:1"},
        "credentials": [{"credential": "key", "reference": "mine"}],
    }


@pytest.mark.parametrize(
    ("bind", "credential", "change"),
    [
        ([], [], None),
        (["x"], [], None),
        ([], ["=mine"], None),
        ([], [], "{"),
        ([], [], "[1]"),
        (["a=b"], [], "[1]"),
        (["a=b"], [], '{"binding": []}'),
        ([], ["a=b"], '{"credentials": {}}'),
        ([], [], '{"arguments": NaN}'),
        ([], [], "[" * 100_000),
    ],
)
def test_what_is_no_edit_is_refused(bind: list[str], credential: list[str], change: str | None) -> None:
    with pytest.raises(InvalidInput):
        edit_of(bind, credential, change)
