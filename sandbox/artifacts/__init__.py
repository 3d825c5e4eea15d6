"""Artifacts of untrusted code, checked by what they are: ``accept`` is the only way in.

Deny by default: charts (Vega-Lite), PNG, SVG, CSV, JSON, Markdown and plain text, each read whole and strictly.
"""

from sandbox.artifacts.accept import MEDIA_TYPES, Accepted, accept
from sandbox.artifacts.limits import ArtifactLimits
from sandbox.artifacts.refusal import ArtifactRefused

__all__ = ["MEDIA_TYPES", "Accepted", "ArtifactLimits", "ArtifactRefused", "accept"]
