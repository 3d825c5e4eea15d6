"""What keeps a provider locked, how it is unlocked, and the smallest call that shows that it works."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal
from urllib.parse import urlsplit

from gateway.catalogue import ProviderKind
from gateway.config import ModelConfig, ProviderConfig
from gateway.messages import Message, ModelRequest
from gateway.purpose import Purpose

TEST_SECONDS: Final = 10.0
_OLLAMA_PORT = 11434
_TEST = "Answer with the one word: ready."


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that was found on this machine, and is used only when somebody says so."""

    name: str
    kind: ProviderKind
    why: str
    base_url: str | None = None
    variable: str | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that keeps a provider from being called. ``sentence`` names the mend at the command line."""

    what: Literal["credential", "key", "model"]
    sentence: str


class ProviderLock(ABC):
    """One kind of provider. ``variable``: where other programs keep its key; ``keyed``: whether it wants one."""

    kind: ClassVar[ProviderKind]
    title: ClassVar[str]
    keyed: ClassVar[bool] = True
    variable: ClassVar[str | None] = None

    def lacks(self, name: str, provider: ProviderConfig, stored: Collection[str], models: int) -> tuple[Lack, ...]:
        """What is missing before it can be called; nothing when it is unlocked."""
        found: list[Lack] = []
        key = provider.credential
        if self.keyed and key is None:
            found.append(Lack("credential", f"It needs a key: name one as llm.providers.{name}.credential."))
        if key is not None and key not in stored:
            found.append(Lack("key", f"The key {key!r} is not stored: nexus credentials set {key}"))
        if not models:
            found.append(Lack("model", f"No model names it: add one under [llm.models] with provider = {name!r}."))
        return tuple(found)

    def locked(self, provider: ProviderConfig, stored: Collection[str]) -> bool:
        """Whether calls of it are sure to fail for want of a key: a server of one's own may do without."""
        if provider.credential is None:
            return self.keyed and provider.base_url is None
        return provider.credential not in stored

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

    @staticmethod
    def address(environment: Mapping[str, str]) -> str | None:
        """Where it would run: as ``OLLAMA_HOST`` says, which its own programs read; ``None`` where that is no address.

        A server that listens everywhere is reached on loopback.
        """
        host = environment.get("OLLAMA_HOST", "").strip()
        try:
            parts = urlsplit(host if "://" in host else f"//{host}", scheme="http")
            port = parts.port or (_OLLAMA_PORT if "://" not in host else {"http": 80, "https": 443}.get(parts.scheme))
        except ValueError:
            return None
        name = parts.hostname or "127.0.0.1"
        name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name, name)  # noqa: S104 - read, never bound
        return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}:{port}" if port else None

    def offer(self, environment: Mapping[str, str], listening: bool) -> Offer | None:
        """An Ollama that runs on this machine."""
        address = self.address(environment)
        return Offer("ollama", "ollama", f"It answers at {address}.", address) if listening else None


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
