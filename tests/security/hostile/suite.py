"""The whole suite in one call, counted: what the benchmark of the sandbox prints."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.security.hostile.case import SETTINGS
from tests.security.hostile.cases import CASES
from tests.security.hostile.controls import CONTROLS, HTTP, control_source
from tests.security.hostile.holding import hold


@dataclass
class SuiteResult:
    """``escapes``: complaints by setting and case; ``failed_controls``: honest adapters that were kept from working."""

    cases: int = len(CASES)
    classes: int = len({case.klass for case in CASES})
    controls: int = len(CONTROLS)
    escapes: list[str] = field(default_factory=list[str])
    failed_controls: list[str] = field(default_factory=list[str])

    @property
    def controls_ok(self) -> float:
        """Share of the honest runs that gave their answer."""
        return 1 - len(self.failed_controls) / (len(CONTROLS) * len(SETTINGS))


async def run_suite(told: Callable[[str], None] = lambda _: None) -> SuiteResult:
    """Every case and every control in every setting, one after the other."""
    found = SuiteResult()
    for setting in SETTINGS:
        async with hold(setting) as held:
            for name, (body, expected) in CONTROLS.items():
                result = await held.run(control_source(body), HTTP)
                if not result.ok or result.value != expected:
                    found.failed_controls.append(f"{setting}: {name}: {result.error or result.value}")
            for case in CASES:
                for complaint in await held.complaints(case):
                    found.escapes.append(f"{setting}: {case.id}: {complaint}")
                    told(found.escapes[-1])
        told(f"{setting}: {len(CASES)} cases")
    return found


if __name__ == "__main__":
    done = asyncio.run(run_suite(print))
    print(done.cases, "cases,", done.classes, "classes,", done.controls, "controls,", len(done.escapes), "escapes")
    print("\n".join(done.failed_controls))
