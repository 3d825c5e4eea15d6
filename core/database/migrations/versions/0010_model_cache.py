"""Answers of models, kept for the same question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_cache",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_model_cache"),
    )
    op.create_index("ix_model_cache_expires_at", "model_cache", ["expires_at"])


def downgrade() -> None:
    op.drop_table("model_cache")
