"""Which module an effect was a call of, so that a module's last runs are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("module", sa.Text))
    op.create_index("ix_effects_module_run", "effects", ["module", "run"])


def downgrade() -> None:
    op.drop_index("ix_effects_module_run", "effects")
    op.drop_column("effects", "module")
