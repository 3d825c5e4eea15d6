"""Where the conversations can go on that a client keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "continuations",
        sa.Column("thread", sa.Text, sa.ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_index("ix_continuations_org_actor_fingerprint", "continuations", ["org", "actor", "fingerprint"])


def downgrade() -> None:
    op.drop_table("continuations")
