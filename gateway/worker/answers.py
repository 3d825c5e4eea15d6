"""What litellm gives, as plain values: chunks put together, usage as the provider told it, errors by class."""

# pyright: basic

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
from litellm import exceptions

from core.redaction import redact

_LONGEST_MESSAGE = 600
_ADVICE = " To drop "
"""Where litellm's sentence on what a model does not take goes on to settings of litellm."""
# The first that fits, from the special to the general: most of them are kinds of BadRequestError or APIError.
_CLASSES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (exceptions.ContextWindowExceededError, "context_too_long"),
    (exceptions.ContentPolicyViolationError, "content_filter"),
    (exceptions.Timeout, "timeout"),
    (exceptions.RateLimitError, "rate_limit"),
    ((exceptions.AuthenticationError, exceptions.PermissionDeniedError), "auth"),
    (exceptions.NotFoundError, "not_found"),
    ((exceptions.APIResponseValidationError,), "malformed"),
    ((exceptions.BadRequestError, exceptions.UnprocessableEntityError), "bad_request"),
)
_STATUS = {401: "auth", 403: "auth", 404: "not_found", 408: "timeout", 429: "rate_limit"}
# An account without money, which answers 429 as if waiting would help: OpenAI's words, and Anthropic's.
_NOTHING_LEFT = ("exceeded your current quota", "credit balance is too low")
# An answer, or the way to it, that ended in its middle: nobody can say what the provider did.
_CUT_OFF = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError, httpx.CloseError, ConnectionResetError)


class Answer:
    """One answer while it grows. Times are seconds since the call began."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._first: float | None = None
        self._text: list[str] = []
        self._calls: dict[int, dict[str, str]] = {}
        self._finish: str | None = None
        self._usage: dict[str, int] | None = None
        self._model = ""
        self._data: Any = None

    def take(self, chunk: Any) -> str:
        """Add a piece of a stream; the text in it."""
        self._model = chunk.model or self._model
        self._note_usage(getattr(chunk, "usage", None))
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self._finish = choice.finish_reason or self._finish
        for part in choice.delta.tool_calls or ():
            self._take_call(part)
        text = choice.delta.content or ""
        if text or choice.delta.tool_calls:
            self._first = self._first or time.perf_counter() - self._started
        self._text.append(text)
        return text

    def take_whole(self, response: Any) -> None:
        """The answer of a call that was not streamed."""
        self._model = response.model or ""
        self._first = time.perf_counter() - self._started
        self._note_usage(getattr(response, "usage", None))
        if not response.choices:
            raise exceptions.APIResponseValidationError("The answer has no choices.", "", "")
        choice = response.choices[0]
        self._finish = choice.finish_reason
        self._text.append(choice.message.content or "")
        for index, part in enumerate(choice.message.tool_calls or ()):
            self._calls[index] = {"id": part.id, "name": part.function.name, "arguments": part.function.arguments}

    def take_embedding(self, response: Any) -> None:
        """The vectors, in the order of the texts."""
        self._model, self._finish = response.model or "", "stop"
        self._note_usage(getattr(response, "usage", None))
        self._data = [item["embedding"] for item in sorted(response.data, key=lambda item: item["index"])]

    def result(self) -> dict[str, Any]:
        """The whole answer. ``usage`` is ``None`` where the provider told none."""
        return {**self.partial(), "finish": self._finish, "data": self._data}

    def partial(self) -> dict[str, Any]:
        """What there is of it by now."""
        return {
            "model": self._model,
            "text": "".join(self._text),
            "tool_calls": [self._calls[index] for index in sorted(self._calls)],
            "usage": self._usage,
            "first_seconds": self._first,
        }

    def forget_usage(self) -> None:
        """What litellm counted itself was told by nobody."""
        self._usage = None

    def cut_off(self) -> dict[str, Any]:
        """Beside a failure: what had come before it, and then nobody can be sure."""
        return {"partial": self.partial(), "sure": False} if self._first is not None else {}

    def _take_call(self, part: Any) -> None:
        call = self._calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
        call["id"] = part.id or call["id"]
        call["name"] += part.function.name or ""
        call["arguments"] += part.function.arguments or ""

    def _note_usage(self, usage: Any) -> None:
        if usage is None or not (usage.prompt_tokens or usage.completion_tokens):
            return
        details = getattr(usage, "prompt_tokens_details", None)
        thoughts = getattr(usage, "completion_tokens_details", None)
        self._usage = {
            "input_tokens": usage.prompt_tokens or 0,
            "output_tokens": usage.completion_tokens or 0,
            "cached_tokens": getattr(details, "cached_tokens", None) or 0,
            "cache_write_tokens": getattr(usage, "cache_creation_input_tokens", None) or 0,
            "reasoning_tokens": getattr(thoughts, "reasoning_tokens", None) or 0,
        }


def failure_of(error: Exception, *, secret: str | None) -> dict[str, Any]:
    """``{kind, detail, retry_after, sure}``. ``sure``: the provider itself said that it did not do it."""
    # litellm wraps what breaks a stream, and gives statuses of its own to what never had one.
    causes = list(_chain(getattr(error, "original_exception", None) or error))
    kind = next((kind for classes, kind in _CLASSES for cause in causes[:1] if isinstance(cause, classes)), None)
    cut_off = any(isinstance(cause, _CUT_OFF) for cause in causes)
    if any(isinstance(cause, json.JSONDecodeError | UnicodeDecodeError) for cause in causes):
        kind = "malformed"
    elif any(isinstance(cause, httpx.ConnectError | ConnectionRefusedError) for cause in causes):
        kind = "unreachable"
    elif kind == "rate_limit" and any(words in str(error) for words in _NOTHING_LEFT):
        kind = "auth"
    elif kind is None or cut_off:
        kind = _STATUS.get(getattr(error, "status_code", 0), "server_error") if not cut_off else "server_error"
    return {
        "kind": kind,
        "detail": _sentence(error, secret),
        "retry_after": _retry_after(causes),
        "sure": kind not in ("timeout", "malformed") and not cut_off,
    }


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _sentence(error: Exception, secret: str | None) -> str:
    text = " ".join(str(getattr(error, "message", None) or error).split())
    if isinstance(error, exceptions.UnsupportedParamsError):
        text = text.removeprefix("litellm.UnsupportedParamsError: ").partition(_ADVICE)[0].strip()
    if secret:
        text = text.replace(secret, "(hidden)")
    return redact(text)[:_LONGEST_MESSAGE]


def _retry_after(causes: list[BaseException]) -> float | None:
    """Seconds that the provider asks to wait (RFC 9110, 10.2.3; a date is not read, since no provider sends one)."""
    for cause in causes:
        for place in (getattr(cause, "response", None), cause):
            headers = getattr(place, "headers", None) or getattr(place, "litellm_response_headers", None) or {}
            try:
                return max(0.0, float(headers["retry-after"]))
            except (KeyError, TypeError, ValueError):
                continue
    return None
