"""An outside judge of OpenAI's protocol, which nobody here has written."""

from __future__ import annotations

import pytest

from benchmarks.gateway_compat import PROFILES, scan
from benchmarks.npm import NoNpm


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_check_passes(profile: str) -> None:
    try:
        report = await scan(profile)
    except NoNpm as reason:
        pytest.skip(str(reason))
    assert [result["summary"] for result in report["results"] if result["status"] != "pass"] == []
    assert report["score"] == 100
