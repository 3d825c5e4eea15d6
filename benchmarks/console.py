"""The page in a real browser: how little it loads first, and how well it holds.

``initial_kb``: JavaScript of the first page, workers' included, each file gzipped, in kB of 1,000 bytes; all that is
asked for until the first conversation can be begun and the connection is live. ``axe_serious``: serious and critical
findings over every place of the page, dark and light, wide and narrow. ``tabs_ok``: of ten tabs of one browser, those
that hear of what a program does and whose buttons are answered. ``cells_ok``: the share of the matrix of happenings and
situations whose cells end in the log's state, with every card answered once.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from benchmarks.report import CACHE, Figure, RawSamples
from orchestrator.api.page import BUILT
from tests.browser.accessibility.looking import WAYS
from tests.browser.accessibility.walk import walked
from tests.browser.conftest import CHROMIUM, House
from tests.browser.desk import desk
from tests.browser.matrix.cells import CELLS, play
from tests.browser.tabs import tabs_that_work

NAME = "console"
TABS = 10


def run(seed: int) -> list[Figure]:
    """The four figures. ``seed`` is not used: every place, tab and cell is measured."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        figures = [initial(browser), axe(browser), tabs(browser), cells(browser)]
        browser.close()
    return figures


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=CACHE) as made:
        yield Path(made)


def initial(browser: Browser) -> Figure:
    """What a browser that was never here asks for."""
    with folder() as place, desk(browser, place) as made, RawSamples(NAME, "initial") as raw:
        made.await_live()
        asked = sorted({path for path in made.line.asked if path.endswith(".js")})
        sizes = {path: len(gzip.compress((BUILT / path.lstrip("/")).read_bytes(), mtime=0)) for path in asked}
        for path, size in sizes.items():
            raw.add(path=path, gzipped=size)
        return Figure("initial_kb", round(sum(sizes.values()) / 1000, 1), "kB", raw.n, raw.path)


def axe(browser: Browser) -> Figure:
    """Its samples are the places, each in every theme and width; the raw file holds what was found."""
    with folder() as place, ExitStack() as stack, RawSamples(NAME, "axe") as raw:
        look = walked(browser, House(place, stack))
        found = [each for each in look.found if each.fault.engine == "axe"]
        for each in found:
            raw.add(
                place=each.place, theme=each.theme, width=each.width, rule=each.fault.rule, element=each.fault.element
            )
        return Figure("axe_serious", len(found), "findings", len(look.places) * len(WAYS), raw.path)


def tabs(browser: Browser) -> Figure:
    with folder() as place, desk(browser, place) as made:
        return Figure("tabs_ok", len(tabs_that_work(made, TABS)), "tabs", TABS)


def cells(browser: Browser) -> Figure:
    """Every cell of the matrix, one after another."""
    held = 0
    with RawSamples(NAME, "cells") as raw:
        for situation, happening in CELLS:
            fault = failure(browser, situation, happening)
            held += fault is None
            raw.add(situation=situation, happening=happening, fault=fault)
            print(f"{situation} / {happening}: {fault or 'holds'}", file=sys.stderr)
        return Figure("cells_ok", held / len(CELLS), "share", raw.n, raw.path)


def failure(browser: Browser, situation: str, happening: str) -> str | None:
    """Why a cell does not hold, in a line; ``None`` where it does."""
    try:
        with folder() as place:
            play(browser, place, situation, happening)
    except (AssertionError, Error) as error:
        return str(error).strip().partition("\n")[0] or type(error).__name__
    return None
