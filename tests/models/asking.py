"""A scripted server asked through litellm, the same way for each provider, streamed or whole."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tests.models.server import ModelServer

PROVIDERS = ("openai", "anthropic")
MESSAGES = [{"role": "user", "content": "How are you?"}]


@dataclass(frozen=True)
class Asking:
    """One way to ask; library retries are off, so that one call is one request."""

    litellm: ModuleType
    server: ModelServer
    provider: str
    stream: bool = False

    async def start(self, **more: Any) -> Any:
        """litellm's own answer: a response, or what iterates over a stream's chunks."""
        return await self.litellm.acompletion(**{**self._arguments(), **more})

    async def ask(self, **more: Any) -> Any:
        """The whole response, put together from chunks where it was streamed."""
        answer = await self.start(**more)
        if not self.stream:
            return answer
        return self.litellm.stream_chunk_builder([chunk async for chunk in answer], messages=MESSAGES)

    def _arguments(self) -> dict[str, Any]:
        return {
            "model": "scripted",
            "custom_llm_provider": self.provider,
            "api_base": self.server.openai_base if self.provider == "openai" else self.server.url,
            "api_key": "sk-scripted",
            "messages": MESSAGES,
            "max_retries": 0,
            "stream": self.stream,
            **({"stream_options": {"include_usage": True}} if self.stream else {}),
        }
