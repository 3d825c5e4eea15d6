"""What the routes of models answer: providers, the routing and its versions, budgets, and what calls cost.

Money is US dollars as decimal text; prices are for a million tokens.
"""

from __future__ import annotations

from typing import Any, Literal

from orchestrator.api.answer import Answer, Page


class ConfiguredProvider(Answer):
    """A provider as the routing has it."""

    kind: Literal["openai", "anthropic", "github", "ollama", "compatible"]
    base_url: str | None
    credential: str | None
    concurrency: int


class ConfiguredModel(Answer):
    """A model as the routing has it. Null where the list's prices and sizes hold."""

    provider: str
    model: str
    input_price: str | None
    output_price: str | None
    context: int | None
    output: int | None
    structured: Literal["native", "tool", "prompt"] | None


class ConfiguredPurpose(Answer):
    """Where calls of one purpose go; ``models`` outranks the tier."""

    tier: Literal["standard", "heavy", "difficulty"]
    models: list[str]
    output: int | None
    cache: bool


class Rule(Answer):
    """What follows a failure: so many more tries of the same model, then who is next."""

    tries: int
    then: Literal["other", "roomier", "elsewhere", "free", "stop"]


class Document(Answer):
    """A whole routing, as it is put in force."""

    providers: dict[str, ConfiguredProvider]
    models: dict[str, ConfiguredModel]
    tiers: dict[str, list[str]]
    purposes: dict[str, ConfiguredPurpose]
    organisations: dict[str, dict[str, Any]]
    fallback: dict[str, Rule]
    deadline_seconds: float


class RoutingVersion(Answer):
    """``document`` holds what differs from the defaults only."""

    version: int
    document: dict[str, Any]
    source: Literal["nexus.toml", "http", "rollback"]
    made_by: str
    created_at: str


class ModelCard(Answer):
    """A model as calls see it, the list's prices and sizes where the routing says none.

    Calls pass it over while it is ``locked`` (its provider misses its key) or ``resting`` (its provider failed again
    and again).
    """

    name: str
    provider: str
    input_price: str
    output_price: str
    context: int | None
    locked: bool
    resting: bool


class ActiveRouting(Answer):
    """``fallback`` is what holds for each failure; ``problem`` what is wrong with nexus.toml."""

    version: RoutingVersion | None
    routing: Document
    cards: list[ModelCard]
    fallback: dict[str, Rule]
    problem: str | None
    as_of: int


class RoutingVersions(Page):
    items: list[RoutingVersion]


class Explanation(Answer):
    """Who would be asked, in order, and why. ``tier`` is null where a purpose has a list of its own.

    ``answers`` is the first of the models that would not be passed over; null where that is nobody.
    """

    purpose: str
    tier: Literal["standard", "heavy"] | None
    reasons: list[str]
    models: list[ModelCard]
    answers: str | None


class ModelChoice(Answer):
    """A model that a conversation can name. ``model`` is what its provider calls it, ``title`` what its provider is."""

    name: str
    model: str
    provider: str
    title: str
    locked: bool
    resting: bool


class ModelChoices(Page):
    """``routed``: who answers now where a conversation names nobody."""

    items: list[ModelChoice]
    routed: str | None


class ListedProvider(Answer):
    """``lacks`` is empty for one that can be called, and ``missing`` says the same in sentences for a command line.

    ``key_stored``: its credential has a value.

    ``variable`` is set in the service's environment, and may be taken over as its key.
    """

    name: str
    kind: Literal["openai", "anthropic", "github", "ollama", "compatible"]
    title: str
    base_url: str | None
    credential: str | None
    key_stored: bool
    variable: str | None
    models: list[str]
    lacks: list[Literal["credential", "key", "model"]]
    missing: list[str]
    resting: bool


class Offer(Answer):
    """A provider that was found on this machine and is not used."""

    name: str
    kind: Literal["openai", "anthropic", "github", "ollama", "compatible"]
    why: str
    base_url: str | None
    variable: str | None


class Providers(Page):
    items: list[ListedProvider]
    offers: list[Offer]


class Tested(Answer):
    """``detail``: what the model said, or what went wrong."""

    ok: bool
    model: str
    seconds: float
    detail: str
    mend: str


class Spent(Answer):
    tokens: int
    usd: str


class Limit(Answer):
    """Null where that is not limited."""

    tokens: int | None
    usd: str | None


class DefinedBudget(Answer):
    id: str
    period: Literal["day", "month", "total"]
    limit: Limit
    user: str | None
    purpose: str | None
    thread: str | None


class BudgetState(DefinedBudget):
    """``renews_at`` is null for a total, which never begins anew."""

    spent: Spent
    reserved: Spent
    left: Limit
    renews_at: str | None


class Budgets(Page):
    items: list[BudgetState]


class CallAttempt(Answer):
    """One try of one model: why it was its turn, and what became of it."""

    model: str
    reason: str
    failure: str | None
    detail: str
    seconds: float


class ModelCall(Answer):
    """One call of a remote model, failed tries included."""

    id: str
    org: str
    user: str | None
    thread: str | None
    run: str | None
    purpose: str
    provider: str
    model: str
    tier: str | None
    finish_reason: str | None
    failure: str | None
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    cost: str
    estimated: bool
    cached: bool
    latency_seconds: float
    first_seconds: float | None
    tries: int
    attempts: list[CallAttempt]
    prompt_hash: str
    created_at: str


class OneModelCall(ModelCall):
    """``attributes``: the call by OpenTelemetry's names (gen_ai.*). ``payload``: what was kept of the words."""

    attributes: dict[str, Any]
    payload: dict[str, Any] | None
    as_of: int


class ModelCalls(Page):
    items: list[ModelCall]


class Group(Answer):
    """The calls of one group; of ``purpose``, ``model`` and ``day`` (in UTC) those that were asked for are there."""

    purpose: str | None = None
    model: str | None = None
    day: str | None = None
    calls: int
    input_tokens: int
    output_tokens: int
    cost: str


class Spend(Answer):
    items: list[Group]
    since: str
    currency: Literal["USD"]
    as_of: int


ANSWERS_OF_MODELS: dict[str, type[Answer]] = {
    "get_routing": ActiveRouting,
    "put_routing": RoutingVersion,
    "routing_history": RoutingVersions,
    "roll_back_routing": RoutingVersion,
    "explain_routing": Explanation,
    "list_choices": ModelChoices,
    "list_providers": Providers,
    "test_provider": Tested,
    "list_budgets": Budgets,
    "define_budget": DefinedBudget,
    "change_budget": DefinedBudget,
    "list_calls": ModelCalls,
    "get_call": OneModelCall,
    "spent": Spend,
}
