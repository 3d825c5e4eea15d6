"""What was said in a call, kept with its record where the routing says so; secrets taken out before it is stored."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from core.redaction import redact
from gateway.messages import JsonObject, Message, ModelRequest
from gateway.result import ModelResult

Keep = Literal["off", "metadata", "full"]
"""``off``: counts alone. ``metadata``: sizes and names of what was sent. ``full``: the words, too."""

LONGEST = 256 * 1024
"""Characters; of a longer payload the metadata are kept."""


def payload_of(keep: Keep, request: ModelRequest, result: ModelResult | None) -> str | None:
    """The payload as JSON text, or ``None`` where nothing is kept. ``result`` is ``None`` for a call without one."""
    if keep == "off":
        return None
    kept = {
        "messages": [
            {"role": message.role, "characters": len(message.content), **_images(message)}
            for message in request.messages
        ],
        "tools": [tool.name for tool in request.tools],
        "output_schema": request.output_schema is not None,
        "options": request.options.model_dump(exclude_defaults=True),
        "answer": None if result is None else {"characters": len(result.text), "tools": _names(result)},
    }
    if keep == "full":
        said = {
            **kept,
            "messages": [
                {"role": message.role, "content": redact(message.content), **_images(message)}
                for message in request.messages
            ],
            "answer": None if result is None else {"text": redact(result.text), "tools": _names(result)},
        }
        text = json.dumps(said, ensure_ascii=False)
        if len(text) <= LONGEST:
            return text
    return json.dumps(kept, ensure_ascii=False)


def _images(message: Message) -> JsonObject:
    """What images there were, by kind and SHA-256 of their base64: whoever has one can tell whether it was this."""
    kept = [
        {"media_type": image.media_type, "sha256": hashlib.sha256(image.data.encode()).hexdigest()}
        for image in message.images
    ]
    return {"images": kept} if kept else {}


def _names(result: ModelResult) -> list[str]:
    return [call.name for call in result.tool_calls]
