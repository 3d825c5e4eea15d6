"""What keeps a provider locked, how it is unlocked, and the smallest call that shows that it works."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from gateway.catalogue import ProviderKind
from gateway.config import ModelConfig, ProviderConfig
from gateway.messages import Message, ModelRequest
from gateway.purpose import Purpose

TEST_SECONDS: Final = 10.0
_TEST = "Answer with the one word: ready."


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that was found on this machine, and is used only when somebody says so."""

    name: str
    kind: ProviderKind
    why: str
    base_url: str | None = None
    variable: str | None = None


class ProviderLock(ABC):
    """One kind of provider. ``variable``: where other programs keep its key; ``keyed``: whether it wants one."""

    kind: ClassVar[ProviderKind]
    title: ClassVar[str]
    keyed: ClassVar[bool] = True
    variable: ClassVar[str | None] = None

    def missing(self, name: str, provider: ProviderConfig, stored: Collection[str], models: int) -> tuple[str, ...]:
        """What is missing before it can be called, each a sentence with its mend; nothing when it is unlocked."""
        found: list[str] = []
        if self.keyed and provider.credential is None:
            found.append(f"It needs a key: name one as llm.providers.{name}.credential.")
        if provider.credential is not None and provider.credential not in stored:
            found.append(f"The key {provider.credential!r} is not stored: nexus credentials set {provider.credential}")
        if not models:
            found.append(f"No model names it: add one under [llm.models] with provider = {name!r}.")
        return tuple(found)

    def request(self, model: str) -> ModelRequest:
        """The smallest call: one word, of one model."""
        message = Message(role="user", content=_TEST)
        return ModelRequest(
            purpose=Purpose.JUDGE,
            messages=(Message(role="system", content="You are asked whether you are there."), message),
            model=model,
            max_output_tokens=self.shortest,
        )

    @property
    def shortest(self) -> int:
        """Tokens that the shortest answer needs: some providers refuse fewer."""
        return 16

    @abstractmethod
    def offer(self, environment: Mapping[str, str], listening: bool) -> Offer | None:
        """What was found of this kind. ``listening``: something answers where such a server usually is."""


class _WithKey(ProviderLock):
    def offer(self, environment: Mapping[str, str], listening: bool) -> Offer | None:
        if self.variable is None or not environment.get(self.variable):
            return None
        why = f"{self.variable} is set in the service's environment."
        return Offer(self.kind, self.kind, why, variable=self.variable)


class OpenAILock(_WithKey):
    kind, title, variable = "openai", "OpenAI", "OPENAI_API_KEY"


class AnthropicLock(_WithKey):
    kind, title, variable = "anthropic", "Anthropic", "ANTHROPIC_API_KEY"


class GitHubLock(_WithKey):
    kind, title, variable = "github", "GitHub Models", "GITHUB_TOKEN"


class OllamaLock(ProviderLock):
    kind, title, keyed = "ollama", "Ollama", False
    address: ClassVar[str] = "http://127.0.0.1:11434"

    def offer(self, environment: Mapping[str, str], listening: bool) -> Offer | None:
        """An Ollama that runs on this machine."""
        return Offer("ollama", "ollama", f"It answers at {self.address}.", self.address) if listening else None


class CompatibleLock(ProviderLock):
    """Any server that speaks OpenAI's protocol: vLLM, LM Studio, llamafile, llama.cpp."""

    kind, title, keyed = "compatible", "OpenAI-compatible server", False

    def offer(self, environment: Mapping[str, str], listening: bool) -> Offer | None:
        """Nobody knows where such a server would be."""
        return None


LOCKS: Final[dict[ProviderKind, ProviderLock]] = {
    lock.kind: lock for lock in (OpenAILock(), AnthropicLock(), GitHubLock(), OllamaLock(), CompatibleLock())
}


def models_of(models: Mapping[str, ModelConfig], provider: str) -> tuple[str, ...]:
    """The configured models of a provider."""
    return tuple(name for name, model in models.items() if model.provider == provider)
