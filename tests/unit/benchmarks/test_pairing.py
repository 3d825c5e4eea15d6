"""Ratios: product and anchor take turns, and the figure is the median of what each pair gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.pairing import Pair, interleave, interleave_async, percentile, ratio_figure


def test_who_goes_first_changes_every_round() -> None:
    order: list[str] = []
    pairs = list(interleave(4, lambda: order.append("p"), lambda: order.append("a"), warm_up=1))
    assert "".join(order) == "paappaappa"
    assert len(pairs) == 4


async def test_coroutines_are_awaited_in_the_same_turns() -> None:
    order: list[str] = []

    async def product() -> None:
        order.append("p")

    async def anchor() -> None:
        order.append("a")

    assert len(await interleave_async(2, product, anchor, warm_up=0)) == 2
    assert "".join(order) == "paap"


def test_the_figure_is_the_median_ratio_and_its_samples_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(report, "OUT", tmp_path / "out")
    figure = ratio_figure("events", "x", [Pair(2.0, 1.0), Pair(9.0, 3.0), Pair(40.0, 4.0)])
    assert (figure.name, figure.value, figure.unit, figure.n) == ("x", 3.0, "x", 3)
    lines = (tmp_path / figure.raw).read_text().splitlines()
    assert [json.loads(line)["ratio"] for line in lines] == [2.0, 3.0, 10.0]


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 3.0
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.99) == 4.0
    assert percentile([7.0], 0.5) == 7.0
