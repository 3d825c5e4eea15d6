"""What is said of an artifact that is not accepted."""

from __future__ import annotations

from core.errors import InvalidInput


class ArtifactRefused(InvalidInput):
    """The artifact's name, type or content is not one that is accepted. The sentence says what is wrong with it."""

    code = "artifact_refused"
    default_mend = "Give the artifact as docs/reference/adapter.md says, under 'Artifacts'."
