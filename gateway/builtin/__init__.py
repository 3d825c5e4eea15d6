"""The provider that is always there: deterministic, offline, and no language model."""

from gateway.builtin.chat_tools import chat_tools
from gateway.builtin.provider import BuiltinProvider
from gateway.builtin.questions import ask_missing

__all__ = ["BuiltinProvider", "ask_missing", "chat_tools"]
