"""Keys, sessions and one-time links."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("org", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("secret_sha256", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.Text),
        sa.UniqueConstraint("secret_sha256", name="uq_keys_secret_sha256"),
        sa.CheckConstraint("kind IN ('owner', 'program')", name="ck_keys_kind"),
        sa.CheckConstraint("role IN ('viewer', 'operator', 'admin', 'owner')", name="ck_keys_role"),
    )
    op.create_index("ix_keys_org", "keys", ["org"])
    for table, secret in (("login_links", "code_sha256"), ("sessions", "token_sha256")):
        times = [sa.Column("created_at", sa.Text, nullable=False)] if table == "sessions" else []
        op.create_table(
            table,
            sa.Column(secret, sa.Text, primary_key=True),
            sa.Column(
                "key_id",
                sa.Text,
                sa.ForeignKey("keys.id", ondelete="CASCADE", name=f"fk_{table}_key_id_keys"),
                nullable=False,
            ),
            *times,
            sa.Column("expires_at", sa.Text, nullable=False),
        )


def downgrade() -> None:
    op.drop_table("sessions")
    op.drop_table("login_links")
    op.drop_table("keys")
