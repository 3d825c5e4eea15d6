"""Sub-runs are found by the run that started them."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_runs_parent", "runs", ["parent"])


def downgrade() -> None:
    op.drop_index("ix_runs_parent", "runs")
