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
from gateway.messages import (
    Attachment,
    Image,
    Message,
    ModelRequest,
    Options,
    Question,
    ToolCall,
    ToolChoice,
    ToolSource,
    ToolSpec,
)
from gateway.provider import Provider
from gateway.purpose import Purpose
from gateway.result import Attempt, CallRecord, Embedded, FinishReason, ModelResult, Reply, TextDelta, Usage
from gateway.worker.client import LitellmWorker

__all__ = [
    "Attachment",
    "Attempt",
    "CallFailed",
    "CallRecord",
    "Embedded",
    "FailureClass",
    "FinishReason",
    "Gateway",
    "GatewayConfig",
    "Image",
    "Ledger",
    "LitellmWorker",
    "Message",
    "ModelRequest",
    "ModelResult",
    "Options",
    "Provider",
    "Purpose",
    "Question",
    "Reply",
    "TextDelta",
    "ToolCall",
    "ToolChoice",
    "ToolSource",
    "ToolSpec",
    "Usage",
]
