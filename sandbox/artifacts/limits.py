"""How large one artifact may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArtifactLimits:
    """``size`` in bytes, before and after scrubbing; ``pixels`` of a PNG, whatever its file's size.

    ``elements`` bounds an SVG as it is drawn: what ``use`` and patterns repeat counts each time. ``depth`` bounds
    how deep JSON and SVG are nested. ``chart_steps`` bounds the check of a chart against its schema, and
    ``chart_size`` (bytes of JSON) what a chart says besides its rows.
    """

    size: int = 4 * 1024 * 1024
    pixels: int = 16_000_000
    elements: int = 20_000
    depth: int = 64
    chart_steps: int = 20_000
    chart_size: int = 64 * 1024
