"""All cases, in the order of what they attack."""

from __future__ import annotations

from tests.security.hostile.case import Case
from tests.security.hostile.cases import egress, ends, imports, kernel, language, lessons, limits, protocol

CASES: list[Case] = [
    case for group in (language, imports, lessons, limits, ends, protocol, egress, kernel) for case in group.CASES
]
