"""The words of providers for their errors. Clients tell some of them apart by the text alone, so they are kept."""

from __future__ import annotations

from dataclasses import dataclass

from tests.models.answers import Refused


@dataclass(frozen=True)
class Words:
    """``{model}`` in ``message`` stands for the model's name."""

    type: str
    code: str | None
    message: str


# by code; the second table says which code a status has of itself
OPENAI = {
    "invalid_api_key": Words(
        "invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-***. See your account page."
    ),
    "permission_denied": Words(
        "invalid_request_error", None, "You have insufficient permissions for this operation. Missing scopes: model."
    ),
    "model_not_found": Words(
        "invalid_request_error",
        "model_not_found",
        "The model `{model}` does not exist or you do not have access to it.",
    ),
    "invalid_value": Words("invalid_request_error", "invalid_value", "Invalid value for 'messages'."),
    "context_length_exceeded": Words(
        "invalid_request_error",
        "context_length_exceeded",
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. "
        "Please reduce the length of the messages.",
    ),
    "content_filter": Words(
        "invalid_request_error",
        "invalid_prompt",
        "Invalid prompt: your prompt was flagged as potentially violating our usage policy. "
        "Please try again with a different prompt.",
    ),
    "rate_limit_exceeded": Words(
        "requests", "rate_limit_exceeded", "Rate limit reached for {model} on requests per min (RPM): Limit 3, Used 3."
    ),
    "insufficient_quota": Words(
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    "server_error": Words("server_error", None, "The server had an error while processing your request. Sorry!"),
    "overloaded": Words("service_unavailable_error", "overloaded", "The engine is currently overloaded."),
}
ANTHROPIC = {
    "invalid_api_key": Words("authentication_error", None, "invalid x-api-key"),
    "permission_denied": Words("permission_error", None, "Your API key has no permission to use this resource."),
    "model_not_found": Words("not_found_error", None, "model: {model}"),
    "invalid_value": Words("invalid_request_error", None, "messages: at least one message is required"),
    "context_length_exceeded": Words(
        "invalid_request_error", None, "prompt is too long: 210000 tokens > 200000 maximum"
    ),
    "content_filter": Words("invalid_request_error", None, "Output blocked by content filtering policy"),
    "rate_limit_exceeded": Words(
        "rate_limit_error", None, "This request would exceed your organization's rate limit of 50 requests per minute."
    ),
    "insufficient_quota": Words(
        "invalid_request_error", None, "Your credit balance is too low to access the Anthropic API."
    ),
    "server_error": Words("api_error", None, "Internal server error"),
    "overloaded": Words("overloaded_error", None, "Overloaded"),
}
BY_STATUS = {
    400: "invalid_value",
    401: "invalid_api_key",
    403: "permission_denied",
    404: "model_not_found",
    429: "rate_limit_exceeded",
    503: "overloaded",
    529: "overloaded",
}


def worded(refused: Refused, table: dict[str, Words], model: str) -> Words:
    """``refused`` in a provider's words, where the script has none of its own; an unknown code is kept."""
    code = refused.code or BY_STATUS.get(refused.status, "server_error")
    found = table.get(code) or Words(code, code, code)
    return Words(found.type, found.code, refused.message or found.message.format(model=model))
