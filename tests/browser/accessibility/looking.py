"""A place of the page, looked at in both themes and at both widths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility.engines import Fault, axe, ibm

Theme: TypeAlias = Literal["light", "dark"]
HEIGHT = 800
LONGEST_ELEMENT = 240
# The widest last: between two places the page is used as on a desk.
WAYS: tuple[tuple[Theme, int], ...] = (("light", 360), ("dark", 360), ("dark", 1440), ("light", 1440))
TOO_WIDE = """width => {
    const page = document.documentElement;
    const scrolls = (box) =>
        box.scrollWidth > box.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(box).overflowX);
    const boxes = [...document.querySelectorAll('main, main :not(pre, nav, [role=group])')].filter(scrolls);
    return [...(page.scrollWidth > width ? [page] : []), ...boxes].map((box) => box.cloneNode().outerHTML);
}"""


@dataclass(frozen=True)
class Finding:
    """A fault, where it was, in which theme, and at which width of the window in pixels."""

    place: str
    theme: Theme
    width: int
    fault: Fault


class Look:
    """Looks at one place after another, and keeps what it finds."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.places: list[str] = []
        self.found: list[Finding] = []

    def show(self, path: str) -> None:
        """Go to a page of the service, and wait until it has loaded what it shows."""
        self.page.goto(self.url + path)
        expect(self.page.get_by_role("status", name="Connection: Live")).to_be_attached()
        expect(self.page.get_by_role("status", name="Loading")).to_have_count(0)

    def at(self, place: str, *there: Locator) -> None:
        """Ask both engines, each way, once everything of ``there`` is to be seen."""
        self.places.append(place)
        for theme, width in WAYS:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.page.locator(f"html[data-theme={theme}]").wait_for()
            for each in there:
                each.wait_for()
            faults = [*axe(self.page), *ibm(self.page), *too_wide(self.page, width)]
            self.found += [Finding(place, theme, width, fault) for fault in faults]


def unfold(box: Locator) -> None:
    """Open all that is folded in a box."""
    box.evaluate("box => box.querySelectorAll('details').forEach((each) => { each.open = true })")


def too_wide(page: Page, width: int) -> list[Fault]:
    """What has to be scrolled sideways, save the boxes that are made for it: code, tables, and a row of links."""
    found: list[str] = page.evaluate(TOO_WIDE, width)
    return [Fault("layout", "sideways", each, f"It is wider than the {width} px of the window.") for each in found]


def told(found: Iterable[Finding]) -> str:
    """One line for each fault at a place, with the ways in which it was seen."""
    ways: dict[tuple[str, Fault], list[str]] = defaultdict(list)
    for each in found:
        ways[each.place, each.fault].append(f"{each.theme} {each.width}")
    return "\n".join(
        f"{place} ({', '.join(seen)}): {fault.engine} {fault.rule}: {fault.sentence} {fault.element[:LONGEST_ELEMENT]}"
        for (place, fault), seen in ways.items()
    )
