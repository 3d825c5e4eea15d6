"""The registry of modules in SQL: bundles by hash, drafts, versions, grants and the active pointer."""
