"""The tables of the run's life."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text, text

from core.database import metadata

executors = Table(
    "executors",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    # Seconds since the epoch by the database's own clock, which all processes share.
    Column("heartbeat", Float, nullable=False),
    Column("expires", Float, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("thread", Text),
    Column("parent", Text),
    Column("actor", Text, nullable=False),
    Column("role", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("input", Text, nullable=False),
    Column("output", Text),
    Column("error", Text),
    Column("executor", Text),
    Column("epoch", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("resume_due", Boolean, nullable=False),
    Column("cancel_due", Boolean, nullable=False),
    Column("pruned", Boolean, nullable=False),
    Column("graph_version", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    Index("ix_runs_org_created_at", "org", "created_at"),
    Index("ix_runs_parent", "parent"),
    Index("ix_runs_state", "state"),
    # A thread has at most one running run; the database itself says so.
    Index(
        "ux_runs_thread_running",
        "thread",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)

effects = Table(
    "effects",
    metadata,
    Column("run", Text, ForeignKey("runs.id"), primary_key=True),
    Column("step", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("result", Text),
    Column("begun_at", Text, nullable=False),
    Column("finished_at", Text),
    # Of a call of an installed module's operation.
    Column("module", Text),
    Index("ix_effects_module_run", "module", "run"),
)
