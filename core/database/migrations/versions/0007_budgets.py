"""Budgets of model calls: limits, what each has counted by period, and reservations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_budgets()
    create_reservations()


def create_budgets() -> None:
    op.create_table(
        "budgets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("user", sa.Text),
        sa.Column("purpose", sa.Text),
        sa.Column("thread", sa.Text),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("limit_tokens", sa.BigInteger),
        sa.Column("limit_nanos", sa.BigInteger),
        sa.CheckConstraint("period IN ('day', 'month', 'total')", name="ck_budgets_period"),
        sa.CheckConstraint("limit_tokens >= 0 AND limit_nanos >= 0", name="ck_budgets_limits"),
        sa.CheckConstraint("limit_tokens IS NOT NULL OR limit_nanos IS NOT NULL", name="ck_budgets_limited"),
    )
    op.create_index("ix_budgets_org", "budgets", ["org"])
    op.create_table(
        "budget_usage",
        sa.Column(
            "budget_id",
            sa.Text,
            sa.ForeignKey("budgets.id", name="fk_budget_usage_budget_id_budgets", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("period_start", sa.Text, primary_key=True),
        sa.Column("spent_tokens", sa.BigInteger, nullable=False),
        sa.Column("spent_nanos", sa.BigInteger, nullable=False),
        sa.Column("reserved_tokens", sa.BigInteger, nullable=False),
        sa.Column("reserved_nanos", sa.BigInteger, nullable=False),
        sa.CheckConstraint("spent_tokens >= 0 AND spent_nanos >= 0", name="ck_budget_usage_spent"),
        sa.CheckConstraint("reserved_tokens >= 0 AND reserved_nanos >= 0", name="ck_budget_usage_reserved"),
    )


def create_reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("user", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("thread", sa.Text),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("nanos", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("released_at", sa.Text),
        sa.Column("settled_at", sa.Text),
        sa.Column("used_tokens", sa.BigInteger),
        sa.Column("used_nanos", sa.BigInteger),
        sa.CheckConstraint("tokens >= 0 AND nanos >= 0", name="ck_reservations_amount"),
        sa.CheckConstraint("used_tokens >= 0 AND used_nanos >= 0", name="ck_reservations_used"),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (used_tokens IS NULL) AND (settled_at IS NULL) = (used_nanos IS NULL)",
            name="ck_reservations_settled",
        ),
    )
    op.create_table(
        "reservation_lines",
        sa.Column(
            "reservation_id",
            sa.Text,
            sa.ForeignKey(
                "reservations.id", name="fk_reservation_lines_reservation_id_reservations", ondelete="CASCADE"
            ),
            primary_key=True,
        ),
        sa.Column("budget_id", sa.Text, primary_key=True),
        sa.Column("period_start", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id", "period_start"],
            ["budget_usage.budget_id", "budget_usage.period_start"],
            name="fk_reservation_lines_budget_id_period_start_budget_usage",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_reservation_lines_budget_id_period_start", "reservation_lines", ["budget_id", "period_start"])
    op.create_index(
        "ix_reservation_lines_held",
        "reservation_lines",
        ["budget_id", "expires_at"],
        sqlite_where=sa.text("held = 1"),
        postgresql_where=sa.text("held"),
    )


def downgrade() -> None:
    for table in ("reservation_lines", "reservations", "budget_usage", "budgets"):
        op.drop_table(table)
