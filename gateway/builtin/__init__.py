"""The provider that is always there: deterministic, offline, and no language model."""

from gateway.builtin.chat_tools import chat_tools
from gateway.builtin.provider import BuiltinProvider

__all__ = ["BuiltinProvider", "chat_tools"]
