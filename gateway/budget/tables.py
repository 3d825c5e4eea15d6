"""Where budgets are kept: limits, what each has counted by period, and the reservations that count there."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    text,
)

from core.database import metadata

# Money is in whole billionths of a US dollar.
budgets = Table(
    "budgets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("user", Text),
    Column("purpose", Text),
    Column("thread", Text),
    Column("period", Text, nullable=False),
    Column("limit_tokens", BigInteger),
    Column("limit_nanos", BigInteger),
    CheckConstraint("period IN ('day', 'month', 'total')", name="period"),
    CheckConstraint("limit_tokens >= 0 AND limit_nanos >= 0", name="limits"),
    CheckConstraint("limit_tokens IS NOT NULL OR limit_nanos IS NOT NULL", name="limited"),
    Index("ix_budgets_org", "org"),
)

# A row stays for a good while when its period is over (see `forget`): a clock that goes back finds what was counted.
budget_usage = Table(
    "budget_usage",
    metadata,
    Column("budget_id", Text, ForeignKey("budgets.id", ondelete="CASCADE"), primary_key=True),
    Column("period_start", Text, primary_key=True),
    Column("spent_tokens", BigInteger, nullable=False),
    Column("spent_nanos", BigInteger, nullable=False),
    Column("reserved_tokens", BigInteger, nullable=False),
    Column("reserved_nanos", BigInteger, nullable=False),
    CheckConstraint("spent_tokens >= 0 AND spent_nanos >= 0", name="spent"),
    CheckConstraint("reserved_tokens >= 0 AND reserved_nanos >= 0", name="reserved"),
)

# Settled at most once, released or not: used_* are what the first settlement said.
reservations = Table(
    "reservations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("user", Text),
    Column("purpose", Text, nullable=False),
    Column("thread", Text),
    Column("tokens", BigInteger, nullable=False),
    Column("nanos", BigInteger, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("released_at", Text),
    Column("settled_at", Text),
    Column("used_tokens", BigInteger),
    Column("used_nanos", BigInteger),
    CheckConstraint("tokens >= 0 AND nanos >= 0", name="amount"),
    CheckConstraint("used_tokens >= 0 AND used_nanos >= 0", name="used"),
    CheckConstraint(
        "(settled_at IS NULL) = (used_tokens IS NULL) AND (settled_at IS NULL) = (used_nanos IS NULL)", name="settled"
    ),
)

# `held`: the reservation's amount is part of what that usage row has reserved. It ends with the settlement, the
# release or, after `expires_at`, with the next reservation in the same budget.
reservation_lines = Table(
    "reservation_lines",
    metadata,
    Column("reservation_id", Text, ForeignKey("reservations.id", ondelete="CASCADE"), primary_key=True),
    Column("budget_id", Text, primary_key=True),
    Column("period_start", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("held", Boolean, nullable=False),
    ForeignKeyConstraint(
        ["budget_id", "period_start"], ["budget_usage.budget_id", "budget_usage.period_start"], ondelete="CASCADE"
    ),
    Index("ix_reservation_lines_budget_id_period_start", "budget_id", "period_start"),
    Index(
        "ix_reservation_lines_held",
        "budget_id",
        "expires_at",
        sqlite_where=text("held = 1"),
        postgresql_where=text("held"),
    ),
)
