"""``python -m benchmarks NAME [--seed N] [--json]``: what NEXUS costs, as ratios against anchors in the same run.

A benchmark is a module here with ``run(seed) -> list[Figure]`` (plain or async). See docs/reference/benchmarks.md.
"""
