"""What the broker says when it refuses or an exchange fails. Adapters see the code and the sentence."""

from __future__ import annotations

from core.errors import PolicyViolation, UpstreamFailed


class EgressDenied(PolicyViolation):
    """The address is not one that this module may reach."""

    code = "egress_denied"
    default_mend = "Reach only the hosts on the module's card; private addresses need a binding set by an owner."


class UpstreamTimeout(UpstreamFailed):
    """The service did not answer in time."""

    code = "upstream_timeout"
    status = 504


class ResponseTooLarge(UpstreamFailed):
    """The answer is over the size limit; reading stopped there."""

    code = "response_too_large"
    default_mend = "Ask for less at once, or raise limits.response_bytes in the settings."


class FixtureMismatch(PolicyViolation):
    """In a contract test the adapter asked for something else than the case describes."""

    code = "fixture_mismatch"
    default_mend = "Make the operation send the request that its test case describes."
