"""``/admin/routing``, ``/admin/providers``, ``/admin/budgets``, ``/admin/model-calls``: models and what they cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field, SecretStr

from core.actor import Actor, Role
from core.errors import Forbidden, NotFound
from core.events import head
from gateway import Gateway, Message, ModelRequest, Purpose
from gateway.budget import Amount, Budget, Period
from gateway.config import BUILTIN, FALLBACK, GatewayConfig
from gateway.records import SpendBy, one_call, recent_calls, spend
from gateway.routing import ModelCard, card
from orchestrator.api.bodies import Body, IdempotencyKey
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.identity.model import HOME_ORG
from orchestrator.routing.budgets import define_once

router = APIRouter(prefix="/admin", tags=["admin: models"])

Admin = Annotated[Actor, Requires(Role.ADMIN)]
Owner = Annotated[Actor, Requires(Role.OWNER)]


class RoutingDocument(Body):
    """A whole routing, as under ``[llm]`` of nexus.toml. ``after``: the version that the change was made to."""

    document: dict[str, Any]
    after: int | None = None


class Situation(Body):
    """A call that is only thought of."""

    purpose: Purpose
    text: str = Field(default="", max_length=100_000)
    tier: Literal["standard", "heavy"] | None = None
    org: str | None = None


class Key(Body):
    """A provider's key; without a value the one that was found in the service's environment is taken over."""

    value: SecretStr | None = None


class Probed(Body):
    model: str | None = None


class BudgetLimits(Body):
    """At least one limit; 0 means that nothing may be spent. Money is US dollars as decimal text."""

    usd: Annotated[Decimal, Field(ge=0, le=1_000_000)] | None = None
    tokens: Annotated[int, Field(ge=0, le=10**15)] | None = None

    @property
    def nanos(self) -> int | None:
        return None if self.usd is None else Amount.of(usd=self.usd).nanos


class NewBudget(BudgetLimits):
    period: Literal["day", "month", "total"]
    user: str | None = None
    purpose: Purpose | None = None
    thread: str | None = None


def at_home(actor: Actor) -> None:
    """Providers and routing belong to the house. Raises ``Forbidden`` for an administrator of a guest."""
    if actor.org != HOME_ORG:
        raise Forbidden("The routing belongs to the organisation that runs this service.")


def shown(gateway: Gateway, model: ModelCard, locked: Collection[str]) -> dict[str, Any]:
    """A model as calls see it. ``locked`` are the providers that miss their keys."""
    return {
        "name": model.name,
        "provider": model.provider or BUILTIN,
        "input_price": f"{model.input_price:f}",
        "output_price": f"{model.output_price:f}",
        "context": model.context,
        "locked": model.provider in locked,
        "resting": model.provider is not None and gateway.resting(model.provider),
    }


@router.get("/routing")
async def get_routing(services: Wired, actor: Admin) -> dict[str, Any]:
    """The routing in force, its version and models, the fallback table, and what is wrong with nexus.toml."""
    at_home(actor)
    active = services.routing.active
    config = services.gateway.config
    locked = await services.providers.locked()
    return {
        "version": active.as_dict() if active is not None else None,
        "routing": config.model_dump(mode="json"),
        "cards": [shown(services.gateway, card(config, name), locked) for name in (*config.models, BUILTIN)],
        "fallback": {kind.value: (config.fallback.get(kind) or rule).model_dump() for kind, rule in FALLBACK.items()},
        "problem": services.routing.problem,
        "as_of": await services.db.read(head),
    }


@router.put("/routing")
async def put_routing(body: RoutingDocument, services: Wired, actor: Admin) -> dict[str, Any]:
    """Put another routing in force. 409 where somebody else changed it since ``after``."""
    at_home(actor)
    return (await services.routing.put(body.document, by=actor.id, after=body.after)).as_dict()


@router.get("/routing/schema")
async def routing_schema(actor: Admin) -> dict[str, Any]:
    """The JSON Schema of a routing."""
    return GatewayConfig.model_json_schema()


@router.get("/routing/history")
async def routing_history(services: Wired, actor: Admin) -> dict[str, Any]:
    """The last versions, the newest first."""
    at_home(actor)
    found = await services.routing.history()
    return {"items": [version.as_dict() for version in found], "next": None, "as_of": await services.db.read(head)}


@router.post("/routing/rollback/{version}")
async def roll_back_routing(version: int, services: Wired, actor: Admin, key: IdempotencyKey = None) -> dict[str, Any]:
    """Put an old version in force again, as a new one."""
    at_home(actor)
    return (await services.routing.rollback(version, by=actor.id, key=key)).as_dict()


@router.post("/routing/explain")
async def explain_routing(body: Situation, services: Wired, actor: Admin) -> dict[str, Any]:
    """Where such a call would go now, why, and who would really answer. Nothing is called."""
    org = body.org if actor.org == HOME_ORG and body.org is not None else actor.org
    request = ModelRequest(
        purpose=body.purpose, messages=(Message(role="user", content=body.text),), tier=body.tier, org=org
    )
    plan = services.gateway.plan(request)
    locked = await services.providers.locked()
    return {
        "purpose": body.purpose.value,
        "tier": plan.tier,
        "reasons": list(plan.reasons),
        "models": [shown(services.gateway, each, locked) for each in plan.models],
        "answers": services.providers.first_to_answer(plan, locked),
    }


@router.get("/providers")
async def list_providers(services: Wired, actor: Admin) -> dict[str, Any]:
    """Providers with what each lacks, and what was found on this machine but is not used."""
    at_home(actor)
    return {**await services.providers.list(), "next": None, "as_of": await services.db.read(head)}


@router.post("/providers/{name}/unlock", status_code=204)
async def unlock_provider(name: str, body: Key, services: Wired, actor: Admin) -> None:
    """Store the provider's key."""
    at_home(actor)
    await services.providers.unlock(name, body.value.get_secret_value() if body.value else None, by=actor.id)


@router.post("/providers/{name}/lock", status_code=204)
async def lock_provider(name: str, services: Wired, actor: Admin) -> None:
    """Forget the provider's key."""
    at_home(actor)
    await services.providers.lock(name)


@router.post("/providers/{name}/test")
async def test_provider(name: str, body: Probed, services: Wired, actor: Admin) -> dict[str, Any]:
    """The smallest possible call, ten seconds at most."""
    at_home(actor)
    return asdict(await services.providers.test(name, body.model))


@router.get("/budgets")
async def list_budgets(services: Wired, actor: Admin) -> dict[str, Any]:
    """The organisation's budgets: spent, reserved, left, and when each renews."""
    found = await services.budgets.list(actor.org)
    return {"items": [state.as_dict() for state in found], "next": None, "as_of": await services.db.read(head)}


@router.post("/budgets", status_code=201)
async def define_budget(body: NewBudget, services: Wired, actor: Admin, key: IdempotencyKey = None) -> dict[str, Any]:
    """A limit for the organisation, or for one user, purpose or conversation of it."""
    wanted = Budget(
        id=services.ids.new(),
        org=actor.org,
        period=Period(body.period),
        limit_nanos=body.nanos,
        limit_tokens=body.tokens,
        user=body.user,
        purpose=body.purpose.value if body.purpose else None,
        thread=body.thread,
    )
    return (await define_once(services.db, wanted, key)).as_dict()


@router.put("/budgets/{budget}")
async def change_budget(budget: str, body: BudgetLimits, services: Wired, actor: Admin) -> dict[str, Any]:
    """Other limits, from the next call on."""
    changed = await services.budgets.change(actor.org, budget, limit_nanos=body.nanos, limit_tokens=body.tokens)
    return changed.as_dict()


@router.delete("/budgets/{budget}", status_code=204)
async def remove_budget(budget: str, services: Wired, actor: Admin) -> None:
    """Forget a budget and what it has counted."""
    await services.budgets.remove(actor.org, budget)


@router.get("/model-calls")
async def list_calls(
    services: Wired, actor: Admin, limit: Annotated[int, Query(gt=0, le=200)] = 50, after: str | None = None
) -> dict[str, Any]:
    """The newest calls of models: which was tried and why, tokens, cost, times."""
    found = await services.db.read(lambda tx: recent_calls(tx, actor.org, limit=limit + 1, before=after))
    following = found[limit - 1]["id"] if len(found) > limit else None
    return {"items": found[:limit], "next": following, "as_of": await services.db.read(head)}


@router.get("/model-calls/spend")
async def spent(
    services: Wired,
    actor: Admin,
    days: Annotated[int, Query(gt=0, le=366)] = 30,
    by: Annotated[list[SpendBy] | None, Query()] = None,
) -> dict[str, Any]:
    """What calls cost in the last days, in groups."""
    today = datetime.combine(services.clock.now().astimezone(UTC).date(), time(), UTC)
    default: tuple[SpendBy, ...] = ("purpose", "model")
    groups = tuple(dict.fromkeys(by)) if by else default
    since = today - timedelta(days=days - 1)
    items = await services.db.read(lambda tx: spend(tx, actor.org, since=since, by=groups))
    return {"items": items, "since": since.isoformat(), "currency": "USD", "as_of": await services.db.read(head)}


@router.get("/model-calls/{call}")
async def get_call(call: str, services: Wired, actor: Owner) -> dict[str, Any]:
    """One call, with what was said in it as far as the routing's ``payloads`` lets it be kept. For the owner alone."""
    found = await services.db.read(lambda tx: one_call(tx, actor.org, call))
    if found is None:
        raise NotFound(f"There is no model call {call!r}.")
    return {**found, "as_of": await services.db.read(head)}
