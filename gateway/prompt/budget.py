"""How many tokens a prompt may take, in each part and in all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from core.errors import InvalidInput, TooLarge

Count = Callable[[str], int]


def estimate(text: str) -> int:
    """Tokens of a text, from above for prose and code in most scripts: its bytes in UTF-8 by three, rounded up.

    Common tokenizers take about four bytes of English and three of Chinese for a token. They take more tokens than this
    for digits, base64 and rare symbols, down to one byte a token: where such text prevails, count with the model's own.
    """
    return -(-len(text.encode("utf-8", "surrogatepass")) // 3)


@dataclass(frozen=True, slots=True)
class PromptBudget:
    """The most tokens for each part of a prompt and for all of them together, as the caller's ``count`` counts.

    What a provider adds between messages, and the specifications of tools, are not counted: leave room for them.
    Raises ``InvalidInput`` for a negative number.
    """

    soul: int = 2_000
    purpose: int = 500
    task: int = 4_000
    context: int = 12_000
    conversation: int = 12_000
    total: int = 24_000

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise InvalidInput(f"The prompt's budget for {field.name} is negative.", mend="Give 0 or more tokens.")


@dataclass(slots=True)
class Remaining:
    """What is left of the total while the parts are composed one after the other."""

    total: int
    used: int = 0

    @property
    def tokens(self) -> int:
        """Tokens that no part has taken yet."""
        return self.total - self.used

    def take(self, part: str, tokens: int, allowed: int) -> None:
        """Count a part in. ``TooLarge``, with the sizes as facts, when it is over what it may take."""
        if tokens > allowed:
            raise TooLarge(
                f"The prompt's {part} takes at least {tokens:,} tokens, and may take {allowed:,}"
                f" (of {self.total:,} in all, of which {self.used:,} are taken).",
                mend=f"Give the prompt a shorter {part} or a larger budget.",
                part=part, tokens=tokens, allowed=allowed, total=self.total, used=self.used,
            )  # fmt: skip
        self.used += tokens
