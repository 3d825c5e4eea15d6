"""What is kept of every call of a remote model, and what was spent: one row a call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, Boolean, Column, Connection, Float, Index, Integer, Table, Text, delete, func, select

from core.clock import rfc3339
from core.database import Transaction, metadata
from gateway.messages import ModelRequest
from gateway.purpose import Purpose
from gateway.result import CallRecord, Usage

SpendBy = Literal["purpose", "model", "day"]

model_calls = Table(
    "model_calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("user", Text),
    Column("thread", Text),
    Column("run", Text),
    Column("purpose", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("tier", Text),
    Column("finish_reason", Text),
    Column("failure", Text),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("cost_nanos", BigInteger, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("latency_seconds", Float, nullable=False),
    Column("first_seconds", Float),
    Column("tries", Integer, nullable=False),
    Column("attempts", Text, nullable=False),
    Column("prompt_hash", Text, nullable=False),
    Column("payload", Text),
    Column("created_at", Text, nullable=False),
    Index("ix_model_calls_org_created_at", "org", "created_at"),
)
INSERT_CALL = model_calls.insert()
SHOWN = [column for column in model_calls.c if column.name != "payload"]


def insert_call(
    tx: Transaction, call_id: str, request: ModelRequest, record: CallRecord, payload: str | None = None
) -> None:
    """Keep the record of one call. Costs are billionths of a US dollar; ``payload`` is JSON text."""
    run = request.metadata.get("run")
    row = {
        "id": call_id,
        "org": request.org,
        "user": request.user,
        "thread": request.thread,
        "run": run if isinstance(run, str) else None,
        "purpose": record.purpose.value,
        "provider": record.provider,
        "model": record.model,
        "tier": record.tier,
        "finish_reason": record.finish_reason.value if record.finish_reason else None,
        "failure": record.failure,
        "input_tokens": record.usage.input_tokens,
        "output_tokens": record.usage.output_tokens,
        "cached_tokens": record.usage.cached_tokens,
        "reasoning_tokens": record.usage.reasoning_tokens,
        "cost_nanos": record.usage.nanos,
        "estimated": record.usage.estimated,
        "cached": record.cached,
        "latency_seconds": record.latency_seconds,
        "first_seconds": record.first_seconds,
        "tries": len(record.attempts),
        "attempts": json.dumps([attempt.model_dump() for attempt in record.attempts]),
        "prompt_hash": record.prompt_hash,
        "payload": payload,
        "created_at": rfc3339(tx.now),
    }
    tx.execute(INSERT_CALL, row)


def recent_calls(connection: Connection, org: str, *, limit: int, before: str | None = None) -> list[dict[str, Any]]:
    """The newest calls of an organisation, or those before the id ``before``; ids grow with time."""
    query = select(*SHOWN).where(model_calls.c.org == org).order_by(model_calls.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(model_calls.c.id < before)
    return [_shown(row) for row in connection.execute(query).mappings()]


def one_call(connection: Connection, org: str, call_id: str) -> dict[str, Any] | None:
    """One call by our names and by OpenTelemetry's, with what was said in it as far as that was kept."""
    query = select(model_calls).where(model_calls.c.org == org, model_calls.c.id == call_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return _shown(row) | {"attributes": genai_attributes(row), "payload": json.loads(row["payload"] or "null")}


def spend(connection: Connection, org: str, *, since: datetime, by: tuple[SpendBy, ...]) -> list[dict[str, Any]]:
    """What calls since then have cost, in groups: ``day`` is a date in UTC, money is US dollars as decimal text."""
    columns = {
        "purpose": model_calls.c.purpose,
        "model": model_calls.c.model,
        "day": func.substr(model_calls.c.created_at, 1, 10),
    }
    groups = [columns[name].label(name) for name in by]
    query = (
        select(
            *groups,
            func.count().label("calls"),
            func.sum(model_calls.c.input_tokens).label("input_tokens"),
            func.sum(model_calls.c.output_tokens).label("output_tokens"),
            func.sum(model_calls.c.cost_nanos).label("nanos"),
        )
        .where(model_calls.c.org == org, model_calls.c.created_at >= rfc3339(since))
        .group_by(*(columns[name] for name in by))
        .order_by(*(columns[name] for name in by))
    )
    return [_priced(row) for row in connection.execute(query).mappings()]


def forget_calls(tx: Transaction, before: datetime, most: int) -> int:
    """Delete records from before then. Returns how many: ``most`` where there may be more."""
    # Ids grow with time: the oldest are looked at, and not the whole table for what may not be there.
    oldest = select(model_calls.c.id).order_by(model_calls.c.id).limit(most)
    old = delete(model_calls).where(model_calls.c.id.in_(oldest), model_calls.c.created_at < rfc3339(before))
    return tx.execute(old).rowcount


def genai_attributes(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A call by the names of OpenTelemetry's semantic conventions for generative AI, where they have one.

    See https://opentelemetry.io/docs/specs/semconv/gen-ai/ (the attributes of an inference span).
    """
    tried: list[dict[str, Any]] = json.loads(row["attempts"])
    found = {
        "gen_ai.operation.name": "embeddings" if row["purpose"] == Purpose.EMBED.value else "chat",
        "gen_ai.provider.name": row["provider"],
        "gen_ai.request.model": tried[0]["model"] if tried else None,
        "gen_ai.response.model": row["model"] if row["failure"] is None else None,
        "gen_ai.response.finish_reasons": [row["finish_reason"]] if row["finish_reason"] else None,
        "gen_ai.usage.input_tokens": row["input_tokens"],
        "gen_ai.usage.output_tokens": row["output_tokens"],
        "gen_ai.usage.cache_read.input_tokens": row["cached_tokens"],
        "gen_ai.usage.reasoning.output_tokens": row["reasoning_tokens"],
        "gen_ai.conversation.id": row["thread"],
        "error.type": row["failure"],
    }
    return {name: value for name, value in found.items() if value is not None}


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    shown = dict(row)
    shown["attempts"] = json.loads(shown["attempts"])
    shown["cost"] = f"{Usage.money(shown.pop('cost_nanos')):f}"
    return shown


def _priced(row: Mapping[Any, Any]) -> dict[str, Any]:
    shown = dict(row)
    # PostgreSQL gives sums of bigint as numeric.
    shown["input_tokens"], shown["output_tokens"] = int(shown["input_tokens"]), int(shown["output_tokens"])
    return {**shown, "cost": f"{Usage.money(int(shown.pop('nanos'))):f}"}
