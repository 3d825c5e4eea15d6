"""From a purpose to an ordered list of models, and from a failure to the next of them. Pure, and the same each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.errors import InvalidInput, NotFound
from gateway.catalogue import Listed, listed
from gateway.config import BUILTIN, TIERS, GatewayConfig, ModelConfig, ProviderConfig, PurposeConfig, Tier
from gateway.difficulty import Difficulty, difficulty
from gateway.failure import REPEATABLE, FailureClass
from gateway.messages import ModelRequest
from gateway.purpose import Purpose

MOST_TRIES = 5
"""Of one model, the first included."""
_NANOS = 1000  # a dollar for a million tokens, in billionths of a dollar for one
_DEFAULT_OUTPUT = 4096
_BUILTIN_PURPOSES = frozenset({Purpose.CHAT, Purpose.ROUTE, Purpose.PLAN})
# Which call is which mode is a small question, and the rules answer it well; a routing may say otherwise.
_BY_RULES = frozenset({Purpose.ROUTE})


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model as routing sees it. Prices are US dollars for a million tokens, sizes are tokens.

    ``provider`` is ``None`` for the builtin one. ``context`` is ``None`` where nobody says.
    """

    name: str
    provider: str | None
    config: ModelConfig | None
    served_by: ProviderConfig | None
    input_price: Decimal = Decimal(0)
    output_price: Decimal = Decimal(0)
    cached_price: Decimal | None = None
    cache_write_price: Decimal | None = None
    context: int | None = None
    output: int = _DEFAULT_OUTPUT
    structured: str = "native"
    calls: str = "native"
    sees: bool = True

    @property
    def free(self) -> bool:
        return self.input_price == 0 and self.output_price == 0

    def nanos(self, input_tokens: int, output_tokens: int, *, cached: int = 0, written: int = 0) -> int:
        """The price in billionths of a US dollar, rounded up.

        ``cached`` tokens of the input were read from the provider's cache, ``written`` ones were put there.
        """
        read, write = _or(self.cached_price, self.input_price), _or(self.cache_write_price, self.input_price)
        fresh = max(0, input_tokens - cached - written)
        total = fresh * self.input_price + cached * read + written * write + output_tokens * self.output_price
        return int((total * _NANOS).to_integral_value(rounding="ROUND_CEILING"))

    def most(self, input_tokens: int, output_tokens: int) -> int:
        """The most that it can cost, in billionths of a US dollar: as if all of the input were put into a cache."""
        dearest = max(self.input_price, _or(self.cache_write_price, self.input_price))
        return replace(self, input_price=dearest).nanos(input_tokens, output_tokens)


def _or(price: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if price is None else price


BUILTIN_CARD = ModelCard(BUILTIN, None, None, None, sees=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who will be asked, in order, and why. ``tier`` is ``None`` where a purpose has a list of its own.

    ``missing`` is the preferred model where there is none of that name.
    """

    models: tuple[ModelCard, ...]
    tier: Tier | None
    route: PurposeConfig
    reasons: tuple[str, ...]
    missing: str | None = None


def card(config: GatewayConfig, name: str) -> ModelCard:
    """The card of a configured model, the list's prices and sizes where the routing says none."""
    if name == BUILTIN:
        return BUILTIN_CARD
    model = config.models[name]
    provider = config.providers[model.provider]
    known = listed(provider.kind, model.model)
    return ModelCard(
        name=name,
        provider=model.provider,
        config=model,
        served_by=provider,
        input_price=_first(model.input_price, known.input_price),
        output_price=_first(model.output_price, known.output_price),
        cached_price=known.cached_price if model.input_price is None else None,
        cache_write_price=known.cache_write_price if model.input_price is None else None,
        context=model.context or known.context,
        output=model.output or known.output or _DEFAULT_OUTPUT,
        structured=_structured(model, known),
        calls=model.calls or ("native" if known.calls_tools or model.structured == "tool" else "schema"),
        sees=known.sees if model.sees is None else model.sees,
    )


def _structured(model: ModelConfig, known: Listed) -> str:
    if model.structured is not None:
        return model.structured
    return "native" if known.native_schema else "tool" if known.calls_tools else "prompt"


def check(config: GatewayConfig) -> None:
    """Raises ``InvalidInput`` where nobody says what a model costs: its calls could not be held to a budget."""
    for name, model in config.models.items():
        known = listed(config.providers[model.provider].kind, model.model)
        if None in (model.input_price or known.input_price, model.output_price or known.output_price) and not (
            model.input_price is not None and model.output_price is not None
        ):
            raise InvalidInput(
                f"Nobody says what the model {name!r} costs.",
                mend=f"Set input_price and output_price of llm.models.{name}, in US dollars for a million tokens.",
            )


def there_is(config: GatewayConfig, name: str) -> bool:
    """Whether a call can name this model."""
    return name == BUILTIN or name in config.models


def plan(config: GatewayConfig, request: ModelRequest) -> Plan:
    """Who answers ``request``. Without a model for it the list is empty.

    Raises ``NotFound`` for a model that is none, ``InvalidInput`` for images that none of the models would see.
    """
    purpose, org = request.purpose, request.org
    route = config.purpose(purpose, org)
    prefers = request.preferred is not None and there_is(config, request.preferred)
    names, tier, reasons = _names(config, request, route)
    if request.bare:
        names = names or _for_bare(request)
    elif purpose in _BUILTIN_PURPOSES and request.output_schema is None and (prefers or not route.models):
        names = (BUILTIN, *names) if purpose in _BY_RULES and not prefers else (*names, BUILTIN)
    cards = tuple(card(config, name) for name in dict.fromkeys(names))
    seeing = _seeing(cards) if request.images else cards
    return Plan(seeing, tier, route, reasons, missing=None if prefers else request.preferred)


def _seeing(cards: tuple[ModelCard, ...]) -> tuple[ModelCard, ...]:
    seeing = tuple(card for card in cards if card.sees)
    if cards and not seeing:
        raise InvalidInput(
            f"{' and '.join(card.name for card in cards)} can see no images.",
            mend="Leave the images out, or name a model that sees; sees = true under llm.models says that one does.",
        )
    return seeing


def _for_bare(request: ModelRequest) -> tuple[str, ...]:
    """Where no model is configured: the rules talk, and nothing else; who asks for more hears that there is none."""
    more = request.tools or request.output_schema is not None or request.images
    talks = request.purpose is Purpose.CHAT and not more
    return (BUILTIN,) if talks else ()


def _names(
    config: GatewayConfig, request: ModelRequest, route: PurposeConfig
) -> tuple[tuple[str, ...], Tier | None, tuple[str, ...]]:
    purpose, org = request.purpose, request.org
    if request.model is not None:
        if not there_is(config, request.model):
            raise NotFound(f"There is no model {request.model!r}.", mend="Name one that the routing lists.")
        return (request.model,), None, (f"The caller asked for {request.model}.",)
    if request.preferred is not None and there_is(config, request.preferred):
        return (request.preferred,), None, (f"The caller prefers {request.preferred}.",)
    if purpose is Purpose.EMBED and not route.models:
        return (), None, ("Models that talk give no vectors, and embed calls have no list of their own.",)
    if route.models and request.tier is None:
        return config.listed(route.models, org), None, (f"{purpose.value} calls have a list of their own.",)
    weight = Difficulty(request.tier, "the caller asked for it") if request.tier else None
    if weight is None and route.tier != "difficulty":
        weight = Difficulty(route.tier, f"{purpose.value} calls are {route.tier}")
    weight = weight or difficulty(request)
    other: Tier = TIERS[1 - TIERS.index(weight.tier)]
    first, second = config.tier(weight.tier, org), config.tier(other, org)
    reason = f"Tier {weight.tier}: {weight.reason}."
    return (*first, *second), weight.tier, (reason,)


def next_model(
    config: GatewayConfig, models: Sequence[ModelCard], current: int, tries: int, failure: FailureClass
) -> int | None:
    """The index in ``models`` to ask after ``failure`` of the model at ``current``, asked ``tries`` times by now.

    Nobody before ``current`` is asked again, so it ends; ``None`` where nobody is left.
    """
    rule = config.rule(failure)
    if failure in REPEATABLE and tries <= rule.tries and tries < MOST_TRIES:
        return current
    here = models[current]
    for index in range(current + 1, len(models)):
        candidate = models[index]
        if rule.then == "stop":
            return None
        if rule.then == "roomier" and not _roomier(candidate, here):
            continue
        if rule.then == "elsewhere" and candidate.provider == here.provider:
            continue
        if rule.then == "free" and not candidate.free:
            continue
        return index
    return None


def first_to_answer(
    config: GatewayConfig, models: Sequence[ModelCard], away: Callable[[ModelCard], FailureClass | None]
) -> ModelCard | None:
    """Who of ``models`` would really answer, were those that are ``away`` to fail so; ``None`` where nobody would."""
    at = 0 if models else None
    while at is not None and (failure := away(models[at])) is not None:
        at = next_model(config, models, at, MOST_TRIES, failure)
    return models[at] if at is not None else None


def _roomier(candidate: ModelCard, than: ModelCard) -> bool:
    return candidate.context is None or than.context is None or candidate.context > than.context


def _first(own: Decimal | None, known: Decimal | None) -> Decimal:
    return own if own is not None else known if known is not None else Decimal(0)
