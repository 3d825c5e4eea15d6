"""The one gate of artifacts: what the content is decides, and it must be what was claimed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

from core.errors import TooLarge
from sandbox.artifacts import text as texts
from sandbox.artifacts.chart import VERSIONS, check_chart, is_chart
from sandbox.artifacts.limits import ArtifactLimits
from sandbox.artifacts.name import safe_name
from sandbox.artifacts.png import SIGNATURE, scrub_png
from sandbox.artifacts.refusal import ArtifactRefused
from sandbox.artifacts.svg import scrub_svg

PNG: Final = "image/png"
SVG: Final = "image/svg+xml"
CSV: Final = "text/csv"
MARKDOWN: Final = "text/markdown"
PLAIN: Final = "text/plain"
JSON: Final = "application/json"
CHARTS: Final = {version: f"application/vnd.vegalite.{version}+json" for version in VERSIONS}
MEDIA_TYPES: Final = frozenset({PNG, SVG, CSV, MARKDOWN, PLAIN, JSON, *CHARTS.values()})
_UTF8: Final = re.compile(r"\s*charset\s*=\s*\"?(?:utf-?8|us-ascii)\"?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Accepted:
    """An artifact as it may be kept and shown. ``removed`` names what was scrubbed from it; ``size`` is in bytes.

    An SVG's and a PNG's bytes are written anew even where nothing was removed; those of the others are as given.
    """

    name: str
    media_type: str
    content: bytes
    sha256: str
    removed: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the content."""
        return len(self.content)

    @property
    def scrubbed(self) -> bool:
        """Whether something was taken out."""
        return bool(self.removed)


def accept(name: str, media_type: str, content: bytes, limits: ArtifactLimits | None = None) -> Accepted:
    """Check one artifact by its content. Pure; takes up to a second of a processor, so call it in a thread.

    Raises ``ArtifactRefused``, and ``TooLarge`` for more bytes than ``limits.size``.
    """
    limits = limits or ArtifactLimits()
    plain_name = safe_name(name)
    claimed = _claimed(media_type)
    _check_size(content, limits)
    if not content:
        raise ArtifactRefused("The artifact is empty.", mend="Give it content, or do not put it.")
    kept, removed = _read(claimed, content, limits)
    _check_size(kept, limits)
    return Accepted(plain_name, claimed, kept, hashlib.sha256(kept).hexdigest(), removed)


def _claimed(media_type: str) -> str:
    essence, *parameters = media_type.split(";")
    claimed = essence.strip().lower()
    if claimed not in MEDIA_TYPES:
        raise ArtifactRefused(
            f"Artifacts of the type {claimed[:80]!r} are not accepted.",
            mend=f"Put one of {', '.join(sorted(MEDIA_TYPES))}.",
        )
    if any(parameter.strip() and _UTF8.fullmatch(parameter) is None for parameter in parameters):
        raise ArtifactRefused(
            f"{claimed} is accepted without parameters, or with charset=utf-8.", mend=f"Put it as {claimed}."
        )
    return claimed


def _check_size(content: bytes, limits: ArtifactLimits) -> None:
    if len(content) > limits.size:
        raise TooLarge(
            f"The artifact has {len(content)} bytes; at most {limits.size} are accepted.",
            mend="Make it smaller, or put it in parts.",
        )


def _read(claimed: str, content: bytes, limits: ArtifactLimits) -> tuple[bytes, tuple[str, ...]]:
    """The bytes to keep and what was taken out of them, if the content is what it is claimed to be."""
    if content.startswith(SIGNATURE):
        _expect(claimed, PNG)
        return scrub_png(content, limits.pixels)
    if claimed == PNG:
        raise ArtifactRefused("The artifact is called image/png, and is no PNG.", mend="Give a PNG's bytes in base64.")
    text = texts.decoded(content)
    if claimed == SVG:
        return scrub_svg(text, limits)
    if texts.is_markup(text):
        raise ArtifactRefused(
            f"The artifact is called {claimed}, and is an HTML or XML document.",
            mend=f"Put a drawing as {SVG}; other documents are not accepted.",
        )
    # Texts look alike: one is what it is claimed to be if it can be read as that.
    if claimed == CSV:
        texts.check_csv(text)
    elif claimed not in (PLAIN, MARKDOWN):
        _check_json(claimed, texts.parse_json(text, limits.depth), limits)
    return content, ()


def _check_json(claimed: str, value: Any, limits: ArtifactLimits) -> None:
    if is_chart(value):
        _expect(claimed, CHARTS[check_chart(value, limits)])
    elif claimed != JSON:
        raise ArtifactRefused(
            f"The artifact is called {claimed}, and its JSON is no chart: it has no $schema of Vega-Lite.",
            mend="Begin the chart with its $schema, https://vega.github.io/schema/vega-lite/v6.json.",
        )


def _expect(claimed: str, found: str) -> None:
    if claimed != found:
        raise ArtifactRefused(f"The artifact is called {claimed}, and is {found}.", mend=f"Put it as {found}.")
