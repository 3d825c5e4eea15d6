"""`python -m benchmarks NAME --json` ends with the one line that its readers expect."""

from __future__ import annotations

import json

import pytest

from benchmarks import __main__ as command
from benchmarks.report import Figure


def test_json_is_all_that_standard_output_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(name: str, seed: int) -> list[Figure]:
        print("something on the way")
        return [Figure("append_1_x", 0.4, "x", seed, "benchmarks/out/events-append_1_x.jsonl")]

    monkeypatch.setattr(command, "run", run)
    assert command.main(["events", "--seed", "7", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "name": "events",
        "figures": [
            {
                "name": "append_1_x",
                "value": 0.4,
                "unit": "x",
                "n": 7,
                "raw": "benchmarks/out/events-append_1_x.jsonl",
            }
        ],
    }
    assert said.out.count("\n") == 1
    assert "something on the way" in said.err
    assert "append_1_x" in said.err


def test_the_parts_that_benchmarks_are_made_of_are_not_benchmarks() -> None:
    assert "events" in command.names()
    assert not {"report", "pairing", "reference", "npm"} & set(command.names())
