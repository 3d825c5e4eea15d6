"""litellm without the bookkeeping that it does for callers who have no gateway around it."""

# pyright: basic

from __future__ import annotations

import contextlib
import logging

import litellm
import litellm.utils


def make_lean() -> None:
    """Make litellm silent in this process and in every call that is begun from here on.

    What it works out after an answer (costs, and the payload of callbacks that nobody has set) is a quarter of its
    processor time. It has no setting for that; these are two switches of its own, and a version without them would
    only be slower.
    """
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    litellm.utils.update_response_metadata = _nothing  # pyright: ignore[reportPrivateImportUsage]
    with contextlib.suppress(ImportError):
        from litellm._internal_context import is_internal_call

        is_internal_call.set(True)


def _nothing(**_call: object) -> None:
    """In place of the costs and times that litellm writes onto an answer."""
