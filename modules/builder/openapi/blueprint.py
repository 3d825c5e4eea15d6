"""The plan of a build and how sure it is: go on, or ask first.

confidence = .3 completeness + .3 feasibility + .2 edge cases + .2 efficiency; below .6 the owner is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from modules.builder.openapi.model import Operation

THRESHOLD = 0.6
WEIGHTS = {"completeness": 0.3, "feasibility": 0.3, "edge_cases": 0.2, "efficiency": 0.2}
_MANY = 2000


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What will be built. ``scores`` are between 0 and 1, by the names of ``WEIGHTS``."""

    operations: int
    left_out: int
    reads: int
    writes: int
    scores: dict[str, float]
    questions: tuple[str, ...]

    @property
    def confidence(self) -> float:
        """The weighted score, two digits."""
        return round(sum(weight * self.scores[name] for name, weight in WEIGHTS.items()), 2)

    @property
    def go(self) -> bool:
        return self.confidence >= THRESHOLD

    def as_json(self) -> dict[str, Any]:
        return {
            "operations": self.operations,
            "left_out": self.left_out,
            "reads": self.reads,
            "writes": self.writes,
            "scores": self.scores,
            "confidence": self.confidence,
            "threshold": THRESHOLD,
            "go": self.go,
            "questions": list(self.questions),
        }


def draw(operations: list[Operation], seen: int) -> Blueprint:
    """The blueprint for ``operations``, those that could be read of the ``seen`` that are described."""
    writes = sum(operation.effect == "write" for operation in operations)
    settled = _share(operations, lambda operation: operation.servers[0].settled)
    scores = {
        "completeness": _mean(
            _share(operations, _explained), _share(operations, _answers_typed), _share(operations, _inputs_typed)
        ),
        "feasibility": _mean(len(operations) / seen, settled),
        "edge_cases": _mean(
            _share(operations, lambda operation: bool(operation.errors)), _share(operations, _inputs_typed)
        ),
        "efficiency": min(1.0, _MANY / len(operations)),
    }
    questions: list[str] = []
    if settled < 1:
        questions.append("Where is the service reached? The description leaves an address open.")
    if len(operations) < seen:
        questions.append(f"{seen - len(operations)} of {seen} operations cannot be built; is the rest enough?")
    return Blueprint(
        operations=len(operations),
        left_out=seen - len(operations),
        reads=len(operations) - writes,
        writes=writes,
        scores={name: round(score, 2) for name, score in scores.items()},
        questions=tuple(questions),
    )


def _mean(*shares: float) -> float:
    return sum(shares) / len(shares)


def _share(operations: list[Operation], holds: Callable[[Operation], bool]) -> float:
    return sum(map(holds, operations)) / len(operations)


def _explained(operation: Operation) -> bool:
    return bool(operation.description) or operation.summary != f"{operation.method} {operation.path}"


def _answers_typed(operation: Operation) -> bool:
    return operation.answer.schema is not None or operation.answer.media_type is None


def _inputs_typed(operation: Operation) -> bool:
    schemas = [parameter.schema for parameter in operation.parameters]
    if operation.body is not None:
        schemas.append(operation.body.schema)
    return all(schema not in ({}, True) for schema in schemas)
