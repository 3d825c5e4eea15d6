"""The plan of a build and how sure it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

GOOD = {
    "summary": "Read it",
    "responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}, "404": {"description": ""}},
}


def test_a_complete_description_goes_ahead(build_document: Callable[..., Any], describe: Callable[..., Any]) -> None:
    blueprint = build_document(describe({"/a": {"get": GOOD}})).package.blueprint
    assert blueprint["scores"] == {"completeness": 1.0, "feasibility": 1.0, "edge_cases": 1.0, "efficiency": 1.0}
    assert blueprint["confidence"] == 1.0
    assert blueprint["go"] is True
    assert blueprint["questions"] == []


def test_a_poor_one_asks_first(build_document: Callable[..., Any], describe: Callable[..., Any]) -> None:
    poor = {"parameters": [{"name": "x", "in": "query"}], "responses": {"200": {"content": {"application/json": {}}}}}
    paths = {"/a": {"get": poor, "post": None, "put": 3}}
    blueprint = build_document(describe(paths, servers=[{"url": "/"}])).package.blueprint
    assert blueprint["go"] is False
    assert blueprint["confidence"] < blueprint["threshold"] == 0.6
    assert (blueprint["operations"], blueprint["left_out"]) == (1, 2)
    assert len(blueprint["questions"]) == 2


def test_confidence_is_the_weighted_sum(build_document: Callable[..., Any], describe: Callable[..., Any]) -> None:
    blueprint = build_document(describe({"/a": {"get": {"summary": "x", "responses": {}}}})).package.blueprint
    scores = blueprint["scores"]
    weighted = 0.3 * scores["completeness"] + 0.3 * scores["feasibility"]
    weighted += 0.2 * scores["edge_cases"] + 0.2 * scores["efficiency"]
    assert blueprint["confidence"] == round(weighted, 2)
