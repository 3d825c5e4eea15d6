"""Modules: content by hash, drafts, versions, grants and the active pointer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def text(name: str, *constraints: sa.ForeignKey, null: bool = False, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, *constraints, nullable=null, primary_key=primary_key)


def refers(table: str, column: str, other: str, other_column: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{other}.{other_column}", name=f"fk_{table}_{column}_{other}")


def upgrade() -> None:
    create_content()
    create_drafts()
    create_versions()
    create_activations()


def create_content() -> None:
    op.create_table(
        "module_blobs",
        text("sha256", primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "module_bundles",
        text("sha256", primary_key=True),
        text("listing_sha256"),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        text("created_at"),
    )
    op.create_table(
        "module_bundle_files",
        text("bundle_sha256", primary_key=True),
        text("path", primary_key=True),
        text("file_sha256", refers("module_bundle_files", "file_sha256", "module_blobs", "sha256")),
    )
    op.create_table(
        "module_code",
        text("bundle_sha256", primary_key=True),
        text("toolchain", primary_key=True),
        text("path", primary_key=True),
        text("code_sha256"),
    )
    op.create_table(
        "module_proofs",
        text("proof_hash", primary_key=True),
        text("bundle_sha256", refers("module_proofs", "bundle_sha256", "module_bundles", "sha256")),
        sa.Column("passed", sa.Boolean, nullable=False),
        text("proof"),
        text("measured"),
        text("created_at"),
    )


def create_drafts() -> None:
    op.create_table(
        "module_drafts",
        text("id", primary_key=True),
        text("org"),
        text("key"),
        text("module"),
        text("state"),
        sa.Column("revision", sa.Integer, nullable=False),
        text("bundle_sha256", refers("module_drafts", "bundle_sha256", "module_bundles", "sha256")),
        text("proof_hash", refers("module_drafts", "proof_hash", "module_proofs", "proof_hash"), null=True),
        text("source"),
        text("created_by"),
        text("created_at"),
        text("updated_at"),
        sa.UniqueConstraint("org", "key", name="uq_module_drafts_org_key"),
        sa.CheckConstraint("state IN ('open', 'validated', 'failed', 'promoted')", name="ck_module_drafts_state"),
    )
    op.create_index("ix_module_drafts_org_id", "module_drafts", ["org", "id"])


def create_versions() -> None:
    op.create_table(
        "module_versions",
        text("id", primary_key=True),
        text("org"),
        text("module"),
        sa.Column("number", sa.Integer, nullable=False),
        text("bundle_sha256", refers("module_versions", "bundle_sha256", "module_bundles", "sha256")),
        text("created_by"),
        text("created_at"),
        sa.UniqueConstraint("org", "module", "number", name="uq_module_versions_org_module_number"),
        sa.UniqueConstraint("org", "module", "bundle_sha256", name="uq_module_versions_org_module_bundle_sha256"),
    )
    op.create_table(
        "module_grants",
        text("org", primary_key=True),
        text("payload_hash", primary_key=True),
        text("version_id", refers("module_grants", "version_id", "module_versions", "id")),
        text("payload"),
        text("attestation"),
        text("approval"),
        text("approved_by"),
        text("created_at"),
    )


def create_activations() -> None:
    op.create_table(
        "module_activations",
        text("id", primary_key=True),
        text("org"),
        text("key"),
        text("module"),
        text("version_id", refers("module_activations", "version_id", "module_versions", "id")),
        text("payload_hash"),
        text("kind"),
        text("actor"),
        text("created_at"),
        sa.UniqueConstraint("org", "key", name="uq_module_activations_org_key"),
        sa.CheckConstraint("kind IN ('installed', 'rolled_back')", name="ck_module_activations_kind"),
    )
    op.create_index("ix_module_activations_org_module_id", "module_activations", ["org", "module", "id"])
    op.create_table(
        "module_active",
        text("org", primary_key=True),
        text("module", primary_key=True),
        text("activation_id", refers("module_active", "activation_id", "module_activations", "id")),
    )


def downgrade() -> None:
    for table in ("active", "activations", "grants", "versions", "drafts", "proofs", "code", "bundle_files"):
        op.drop_table(f"module_{table}")
    op.drop_table("module_bundles")
    op.drop_table("module_blobs")
