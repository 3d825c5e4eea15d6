"""How a call of a model fails: one class for everything that routing can react to in its own way."""

from __future__ import annotations

from enum import StrEnum

from core.errors import UpstreamFailed
from gateway.result import Usage


class FailureClass(StrEnum):
    """Why one try did not give an answer. The fallback table has a rule for each."""

    TIMEOUT = "timeout"
    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    AUTH = "auth"
    NOT_FOUND = "not_found"
    BAD_REQUEST = "bad_request"
    CONTENT_FILTER = "content_filter"
    CONTEXT_TOO_LONG = "context_too_long"
    SCHEMA_MISMATCH = "schema_mismatch"
    BUDGET = "budget"


REPEATABLE = frozenset(
    {
        FailureClass.TIMEOUT,
        FailureClass.RATE_LIMIT,
        FailureClass.SERVER_ERROR,
        FailureClass.UNREACHABLE,
        FailureClass.MALFORMED,
    }
)
"""What may go away by itself. Nothing else is ever tried again with the same model."""


class CallFailed(UpstreamFailed):
    """One try failed. ``retry_after``: seconds that the provider asked to wait.

    ``usage`` is what the try must be taken to have cost all the same: a provider that answered with an error charges
    nothing (``None``), one that was cut off may charge what it had read and written.
    """

    code = "model_call_failed"

    def __init__(
        self,
        kind: FailureClass,
        detail: str,
        *,
        retry_after: float | None = None,
        usage: Usage | None = None,
        mend: str | None = None,
    ) -> None:
        super().__init__(detail, retryable=kind in REPEATABLE, mend=mend or _MENDS.get(kind), kind=kind.value)
        self.kind = kind
        self.retry_after = retry_after
        self.usage = usage


_MENDS = {
    FailureClass.BAD_REQUEST: "Leave out what the model does not take, or name another one.",
    FailureClass.AUTH: "Set the provider's key again, and check what it is allowed to use.",
    FailureClass.NOT_FOUND: "Check the model's name and the provider's address under [llm].",
    FailureClass.CONTEXT_TOO_LONG: "Shorten the conversation, or add a model with a larger context window.",
    FailureClass.UNREACHABLE: "Check that the provider's address is right and that its server runs.",
    FailureClass.TIMEOUT: "Ask again, or give calls more time: llm.deadline_seconds.",
    FailureClass.MALFORMED: "Ask again, or name another model.",
    FailureClass.SCHEMA_MISMATCH: "Ask again, or name a model that holds to a schema.",
    FailureClass.CONTENT_FILTER: "Say it in other words, or name another model.",
    FailureClass.RATE_LIMIT: "Wait a little, or add another model to the tier.",
}
