"""Model calls, routed by purpose. Usable alone::

from gateway import Gateway, Message, ModelRequest, Purpose

request = ModelRequest(purpose=Purpose.CHAT, messages=(Message(role="user", content="Hello"),))
reply = await Gateway().generate(request)
print(reply.result.text, reply.record.latency_seconds)
"""

from gateway.config import GatewayConfig
from gateway.failure import CallFailed, FailureClass
from gateway.gateway import Gateway
from gateway.ledger import Ledger
from gateway.messages import Attachment, Message, ModelRequest, Question, ToolCall, ToolSource, ToolSpec
from gateway.provider import Provider
from gateway.purpose import Purpose
from gateway.result import Attempt, CallRecord, FinishReason, ModelResult, Reply, TextDelta, Usage
from gateway.worker.client import LitellmWorker

__all__ = [
    "Attachment",
    "Attempt",
    "CallFailed",
    "CallRecord",
    "FailureClass",
    "FinishReason",
    "Gateway",
    "GatewayConfig",
    "Ledger",
    "LitellmWorker",
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
