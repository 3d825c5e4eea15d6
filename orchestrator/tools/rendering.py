"""A call's result for people: the chat's own tools say a sentence, an operation's data is laid out with its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway import ToolSource
from gateway.builtin.chat_tools import CHAT_TOOL_NAMES
from gateway.builtin.rendering import render_failure, render_result


def render(call: Mapping[str, Any], envelope: Mapping[str, Any]) -> str:
    """Markdown. A failure says what failed, with its code."""
    if call["tool"] in CHAT_TOOL_NAMES:
        return envelope["data"]["sentence"] if envelope["ok"] else envelope["error"]["message"]
    source = ToolSource(
        module=envelope["module"], operation=envelope["operation"], version=envelope["bundle_sha256"] or None
    )
    if not envelope["ok"]:
        return render_failure(envelope["error"], source)
    return render_result(envelope["data"], source)
