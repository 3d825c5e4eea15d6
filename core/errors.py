"""The vocabulary of failure: one hierarchy, translated once at each edge.

Every error carries a stable ``code``, an HTTP ``status``, a sentence that says what is wrong and one that says
the mend. HTTP renders them as RFC 9457 problem+json, the command line as one line and an exit code.
"""

from __future__ import annotations

from typing import Any, ClassVar


class NexusError(Exception):
    """Base of everything NEXUS raises on purpose.

    ``detail`` and ``mend`` are shown to people: no secrets, no stack traces. ``facts`` are extra members of the
    problem document (the first answer of an approval, the expected hash, ...).
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    default_mend: ClassVar[str] = "Look at the service's log for the request id, and report it."

    def __init__(self, detail: str, *, mend: str | None = None, **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.mend = mend or self.default_mend
        self.facts = facts


class InvalidInput(NexusError):
    """What was sent cannot be understood or breaks a rule of its format."""

    code = "invalid_input"
    status = 422
    default_mend = "Correct the input as the sentence says and send it again."


class TooLarge(InvalidInput):
    """The input is over a size limit."""

    code = "too_large"
    status = 413
    default_mend = "Send a smaller input, or raise the limit in the settings."


class Unauthenticated(NexusError):
    """No key, or one that is unknown or revoked."""

    code = "unauthenticated"
    status = 401
    default_mend = "Send a valid key as 'Authorization: Bearer KEY', or open the link that `nexus serve` prints."


class Forbidden(NexusError):
    """Known, but not allowed."""

    code = "forbidden"
    status = 403
    default_mend = "Ask someone with a higher role to do it."


class NotFound(NexusError):
    """No such thing, or not one that the caller may see."""

    code = "not_found"
    status = 404
    default_mend = "Check the id; list what exists first."


class Conflict(NexusError):
    """The thing is not in the state the request expects."""

    code = "conflict"
    status = 409
    default_mend = "Read the current state and decide again."


class PolicyViolation(NexusError):
    """Governance or the sandbox's policy refuses it."""

    code = "policy_violation"
    status = 403
    default_mend = "Change the request so that the policy allows it; the reasons name the rule."


class BudgetExceeded(NexusError):
    """A quota or budget is used up."""

    code = "budget_exceeded"
    status = 402
    default_mend = "Wait until the budget renews, or raise it."


class UpstreamFailed(NexusError):
    """A service outside answered with an error, or not at all."""

    code = "upstream_failed"
    status = 502
    default_mend = "Try again later; check the address and the credential of the service."

    def __init__(self, detail: str, *, retryable: bool = True, mend: str | None = None, **facts: Any) -> None:
        super().__init__(detail, mend=mend, **facts)
        self.retryable = retryable


class Unavailable(NexusError):
    """This host or service cannot do it now."""

    code = "unavailable"
    status = 503
    default_mend = "Try again in a moment."


class LeaseLost(NexusError):
    """Another process owns this run now; whatever was being written is dropped."""

    code = "lease_lost"
    status = 409
    default_mend = "Nothing to do: the run goes on elsewhere."
