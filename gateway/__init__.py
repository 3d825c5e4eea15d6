"""Model calls, routed by purpose. Usable alone::

from gateway import Gateway, Message, ModelRequest, Purpose

request = ModelRequest(purpose=Purpose.CHAT, messages=(Message(role="user", content="Hello"),))
reply = await Gateway().generate(request)
print(reply.result.text, reply.record.latency_seconds)
"""

from gateway.gateway import Gateway
from gateway.messages import Attachment, Message, ModelRequest, Question, ToolCall, ToolSource, ToolSpec
from gateway.provider import Provider
from gateway.purpose import Purpose
from gateway.result import CallRecord, FinishReason, ModelResult, Reply, TextDelta, Usage

__all__ = [
    "Attachment",
    "CallRecord",
    "FinishReason",
    "Gateway",
    "Message",
    "ModelRequest",
    "ModelResult",
    "Provider",
    "Purpose",
    "Question",
    "Reply",
    "TextDelta",
    "ToolCall",
    "ToolSource",
    "ToolSpec",
    "Usage",
]
