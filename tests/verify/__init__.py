"""``python -m tests.verify``: everything that must hold, in seven tiers, with one report.

static, unit, contract, integration, security, scenario, browser; ``--tier NAME`` runs one alone, ``--quick`` the
first three. See docs/how-to/verify.md.
"""
