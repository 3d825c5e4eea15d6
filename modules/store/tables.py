"""Where modules are kept: content by hash, and the rows that say what a hash is to an organisation."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from core.database import metadata

blobs = Table(
    "module_blobs",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

bundles = Table(
    "module_bundles",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("listing_sha256", Text, nullable=False),
    Column("files", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
)

bundle_files = Table(
    "module_bundle_files",
    metadata,
    Column("bundle_sha256", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("file_sha256", Text, ForeignKey("module_blobs.sha256"), nullable=False),
)

# What a bundle's source compiled to, by toolchain: Python magic, RestrictedPython version, policy.
code = Table(
    "module_code",
    metadata,
    Column("bundle_sha256", Text, primary_key=True),
    Column("toolchain", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("code_sha256", Text, nullable=False),
)

proofs = Table(
    "module_proofs",
    metadata,
    Column("proof_hash", Text, primary_key=True),
    Column("bundle_sha256", Text, ForeignKey("module_bundles.sha256"), nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("proof", Text, nullable=False),
    Column("measured", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

drafts = Table(
    "module_drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("bundle_sha256", Text, ForeignKey("module_bundles.sha256"), nullable=False),
    Column("proof_hash", Text, ForeignKey("module_proofs.proof_hash")),
    Column("source", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("org", "key"),
    CheckConstraint("state IN ('open', 'validated', 'failed', 'promoted')", name="state"),
    Index("ix_module_drafts_org_id", "org", "id"),
)

versions = Table(
    "module_versions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("bundle_sha256", Text, ForeignKey("module_bundles.sha256"), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("org", "module", "number"),
    UniqueConstraint("org", "module", "bundle_sha256"),
)

# An approved payload: what a version may reach, who approved it, and the signed statement of both.
grants = Table(
    "module_grants",
    metadata,
    Column("org", Text, primary_key=True),
    Column("payload_hash", Text, primary_key=True),
    Column("version_id", Text, ForeignKey("module_versions.id"), nullable=False),
    Column("payload", Text, nullable=False),
    Column("attestation", Text, nullable=False),
    Column("approval", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

# Every move of the active pointer. `key` makes a repeated move the same move.
activations = Table(
    "module_activations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("version_id", Text, ForeignKey("module_versions.id"), nullable=False),
    Column("payload_hash", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("org", "key"),
    CheckConstraint("kind IN ('installed', 'rolled_back')", name="kind"),
    Index("ix_module_activations_org_module_id", "org", "module", "id"),
)

active = Table(
    "module_active",
    metadata,
    Column("org", Text, primary_key=True),
    Column("module", Text, primary_key=True),
    Column("activation_id", Text, ForeignKey("module_activations.id"), nullable=False),
)
