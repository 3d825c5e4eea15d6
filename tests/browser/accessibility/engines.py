"""Two engines that judge a page independently of each other: axe-core, and IBM's accessibility-checker-engine.

Both are evaluated by the browser itself, beside the page's own scripts, so the page keeps its strict policy meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.verify.page import UI

AXE = UI / "node_modules" / "axe-core" / "axe.min.js"
IBM = UI / "node_modules" / "accessibility-checker-engine" / "ace.js"
# What IBM holds its own products to: WCAG 2.2 at levels A and AA, and what the company asks beyond it.
REQUIREMENTS = "IBM_Accessibility"
ASK_IBM = """async (requirements) => {
    const { results } = await new ace.Checker().check(document, [requirements]);
    return results.map(({ ruleId, value, message, snippet }) => ({ ruleId, value, message, snippet }));
}"""


@dataclass(frozen=True, order=True)
class Fault:
    """One element that breaks one rule of one engine, and what the rule asks for."""

    engine: str
    rule: str
    element: str
    sentence: str


def axe(page: Page) -> list[Fault]:
    """What axe calls serious or critical on the page as it is."""
    _load(page, "axe", AXE)
    report: dict[str, Any] = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        Fault("axe", rule["id"], node["html"], rule["help"])
        for rule in report["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def ibm(page: Page) -> list[Fault]:
    """What IBM's engine calls a violation, and is sure of, on the page as it is."""
    _load(page, "ace", IBM)
    results: list[dict[str, Any]] = page.evaluate(ASK_IBM, REQUIREMENTS)
    return [
        Fault("ibm", each["ruleId"], each["snippet"], each["message"])
        for each in results
        if each["value"] == ["VIOLATION", "FAIL"]
    ]


def _load(page: Page, name: str, source: Path) -> None:
    """Once a document. The zero keeps the engine itself from being sent back as the result."""
    if not page.evaluate("name => name in window", name):
        page.evaluate(f"{source.read_text()}\n;0")
