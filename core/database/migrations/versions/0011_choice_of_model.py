"""The model that a conversation names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("threads", sa.Column("model", sa.Text))


def downgrade() -> None:
    op.drop_column("threads", "model")
