"""Our errors in OpenAI's words, and the place of a mistake by its name."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import (
    BudgetExceeded,
    Forbidden,
    InvalidInput,
    NexusError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from gateway import CallFailed, FailureClass
from orchestrator.api.openai.errors import UnknownModel, place_in, told


@pytest.mark.parametrize(
    ("error", "status", "type", "code"),
    [
        (Unauthenticated("x"), 401, "invalid_request_error", "invalid_api_key"),
        (Forbidden("x"), 403, "invalid_request_error", "forbidden"),
        (UnknownModel("x"), 404, "invalid_request_error", "model_not_found"),
        (InvalidInput("x"), 400, "invalid_request_error", "invalid_input"),
        (TooLarge("x"), 413, "invalid_request_error", "too_large"),
        (BudgetExceeded("x"), 429, "insufficient_quota", "insufficient_quota"),
        (Unavailable("x"), 503, "server_error", "unavailable"),
        (NexusError("x"), 500, "server_error", "internal"),
        (CallFailed(FailureClass.RATE_LIMIT, "x"), 429, "rate_limit_error", "rate_limit_exceeded"),
        (CallFailed(FailureClass.CONTENT_FILTER, "x"), 400, "invalid_request_error", "content_filter"),
        (CallFailed(FailureClass.TIMEOUT, "x"), 504, "server_error", "timeout"),
        (CallFailed(FailureClass.AUTH, "x"), 502, "server_error", "auth"),
    ],
)
def test_every_error_has_its_words(error: NexusError, status: int, type: str, code: str) -> None:
    said = told(error)
    assert (said.status, said.type, said.code) == (status, type, code)
    assert said.message.startswith("x ")


@pytest.mark.parametrize(
    ("location", "missing", "place"),
    [
        (("messages", 0, "role"), False, "messages[0].role"),
        (("messages", 0, "content"), True, "messages[0].content"),
        (("tool_choice", "literal['none']"), False, "tool_choice"),
        (("format", "json_schema", "name"), True, "format.name"),
        ((), False, None),
    ],
)
def test_a_place_is_named_as_the_client_wrote_it(location: tuple[Any, ...], missing: bool, place: str | None) -> None:
    body = {"messages": [{"role": "x"}], "tool_choice": "y", "format": {"type": "json_schema"}}
    assert place_in(body, location, missing=missing) == place
