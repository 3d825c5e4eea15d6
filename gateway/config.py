"""Which providers and models there are, and which of them a purpose may use: one document, checked as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, HttpUrl, ValidationError, model_validator

from core.errors import InvalidInput
from gateway.catalogue import ProviderKind
from gateway.failure import FailureClass
from gateway.messages import Value
from gateway.payload import Keep
from gateway.purpose import Purpose

Tier = Literal["standard", "heavy"]
TIERS: Final[tuple[Tier, ...]] = ("standard", "heavy")
BUILTIN: Final = "builtin"
"""The model that is always there: rules, no language model."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.:/-]{0,62}$")]
Price = Annotated[Decimal, Field(ge=0, le=10_000)]
Tokens = Annotated[int, Field(gt=0, le=100_000_000)]
_NEEDS_ADDRESS: Final = ("compatible", "ollama")


class ProviderConfig(Value):
    """Somebody who serves models. ``credential`` is the stored secret's name; ``concurrency``: calls at once."""

    kind: ProviderKind
    base_url: HttpUrl | None = None
    credential: str | None = None
    concurrency: int = Field(default=16, gt=0, le=1024)

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.kind == "compatible" and self.base_url is None:
            raise ValueError("a provider of kind 'compatible' needs its base_url")
        return self


class ModelConfig(Value):
    """One model of one provider. Prices (US dollars for a million tokens) and sizes (tokens) replace the list's.

    ``structured``: how it is held to a JSON Schema. ``calls``: how it calls tools, by itself or by answers that are
    held to a schema. ``sees``: whether it takes images. Where unset, the list says it.
    """

    provider: Name
    model: str = Field(min_length=1, max_length=200)
    input_price: Price | None = None
    output_price: Price | None = None
    context: Tokens | None = None
    output: Tokens | None = None
    structured: Literal["native", "tool", "prompt"] | None = None
    calls: Literal["native", "schema"] | None = None
    sees: bool | None = None

    @model_validator(mode="after")
    def _calls_what_it_answers_by(self) -> Self:
        if self.structured == "tool" and self.calls == "schema":
            raise ValueError("a model whose answers are held by a tool calls tools by itself")
        return self


class PurposeConfig(Value):
    """Where calls of one purpose go. ``models`` outranks the tiers; ``difficulty`` chooses between them.

    ``cache``: an answer is kept for ``cache_seconds``, and given again to exactly the same question.
    """

    tier: Literal["standard", "heavy", "difficulty"] = "difficulty"
    models: tuple[str, ...] = ()
    output: Tokens | None = Field(default=None, description="The longest answer, in tokens.")
    cache: bool = False
    cache_seconds: int = Field(default=3600, gt=0, le=30 * 86400)


class FallbackRule(Value):
    """After a failure: so many more tries of the same model, then who is next.

    ``other``: the next model in the list. ``roomier``: the next with a larger context window. ``elsewhere``: the next
    of another provider. ``free``: the next that costs nothing. ``stop``: nobody.
    """

    tries: int = Field(default=0, ge=0, le=4)
    then: Literal["other", "roomier", "elsewhere", "free", "stop"] = "other"


FALLBACK: Final[dict[FailureClass, FallbackRule]] = {
    FailureClass.TIMEOUT: FallbackRule(tries=1),
    FailureClass.RATE_LIMIT: FallbackRule(tries=4),
    FailureClass.SERVER_ERROR: FallbackRule(tries=4),
    FailureClass.UNREACHABLE: FallbackRule(tries=2, then="elsewhere"),
    FailureClass.MALFORMED: FallbackRule(tries=1),
    FailureClass.AUTH: FallbackRule(then="elsewhere"),
    FailureClass.NOT_FOUND: FallbackRule(),
    FailureClass.BAD_REQUEST: FallbackRule(),
    FailureClass.CONTENT_FILTER: FallbackRule(),
    FailureClass.CONTEXT_TOO_LONG: FallbackRule(then="roomier"),
    FailureClass.SCHEMA_MISMATCH: FallbackRule(),
    FailureClass.BUDGET: FallbackRule(then="free"),
}


class Override(Value):
    """What one organisation has otherwise."""

    tiers: dict[Tier, tuple[str, ...]] = Field(default_factory=dict[Tier, tuple[str, ...]])
    purposes: dict[Purpose, PurposeConfig] = Field(default_factory=dict[Purpose, PurposeConfig])


class GatewayConfig(Value):
    """The whole routing. ``GatewayConfig()`` is complete: everything goes to the builtin provider.

    A tier lists models in the order of preference; ``tier:heavy`` in a list stands for that tier's models. Where a
    purpose has no list, the builtin provider comes last: it answers CHAT, ROUTE and PLAN with what rules can do.
    ``deadline_seconds`` is for a whole call, all its tries included. ``payloads``: what records keep of what was said.
    """

    providers: dict[Name, ProviderConfig] = Field(default_factory=dict[Name, ProviderConfig])
    models: dict[Name, ModelConfig] = Field(default_factory=dict[Name, ModelConfig])
    tiers: dict[Tier, tuple[str, ...]] = Field(default_factory=dict[Tier, tuple[str, ...]])
    purposes: dict[Purpose, PurposeConfig] = Field(default_factory=dict[Purpose, PurposeConfig])
    organisations: dict[str, Override] = Field(default_factory=dict[str, Override])
    fallback: dict[FailureClass, FallbackRule] = Field(default_factory=dict[FailureClass, FallbackRule])
    deadline_seconds: float = Field(default=300.0, gt=0, le=3600)
    payloads: Keep = "metadata"

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The routing in ``document``. Raises ``InvalidInput`` with the place and the mend."""
        try:
            return cls.model_validate(dict(document))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            said = first["msg"].removeprefix("Value error, ")
            raise InvalidInput(
                f"The routing is not right at {place or 'the whole'}: {said}.",
                mend="Correct it there; the routing that was in force stays until then.",
            ) from error

    def purpose(self, purpose: Purpose, org: str) -> PurposeConfig:
        """What holds for ``purpose`` in ``org``."""
        own = self.organisations.get(org, Override())
        return own.purposes.get(purpose) or self.purposes.get(purpose) or PurposeConfig()

    def tier(self, tier: Tier, org: str) -> tuple[str, ...]:
        """The models of a tier in ``org``, lists within lists laid open."""
        own = self.organisations.get(org, Override())
        return tuple(dict.fromkeys(_opened((f"tier:{tier}",), {**self.tiers, **own.tiers}, ())))

    def listed(self, names: tuple[str, ...], org: str) -> tuple[str, ...]:
        """The models in a purpose's own list."""
        own = self.organisations.get(org, Override())
        return tuple(dict.fromkeys(_opened(names, {**self.tiers, **own.tiers}, ())))

    def rule(self, failure: FailureClass) -> FallbackRule:
        """What happens after ``failure``."""
        return self.fallback.get(failure) or FALLBACK[failure]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for name, model in self.models.items():
            if name == BUILTIN:
                raise ValueError(f"models.{name}: this name is the builtin provider's")
            if model.provider not in self.providers:
                raise ValueError(f"models.{name} names the provider {model.provider!r}, which there is not")
        for org in ("", *self.organisations):
            own = self.organisations.get(org, Override())
            for tier in TIERS:
                self._check(f"tiers.{tier}", self.tier(tier, org))
            for purpose, route in {**self.purposes, **own.purposes}.items():
                self._check(f"purposes.{purpose.value}.models", self.listed(route.models, org))
        return self

    def _check(self, place: str, names: tuple[str, ...]) -> None:
        for name in names:
            if name not in self.models and name != BUILTIN:
                raise ValueError(f"{place} names the model {name!r}, which there is not")


def _opened(names: tuple[str, ...], tiers: Mapping[Tier, tuple[str, ...]], above: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        kind, _, tier = name.partition(":")
        if kind != "tier" or tier not in TIERS:
            yield name
            continue
        if name in above:
            raise ValueError(f"{' leads to '.join((*above, name))}: a tier cannot contain itself")
        yield from _opened(tiers.get(tier, ()), tiers, (*above, name))
