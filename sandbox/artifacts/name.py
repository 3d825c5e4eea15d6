"""Names of artifacts: shown to people, never used as a path, and yet safe if someone did."""

from __future__ import annotations

import unicodedata
from typing import Final

from sandbox.artifacts.refusal import ArtifactRefused

LONGEST: Final = 120
_MEND: Final = f"Give a plain name such as 'sales.csv': at most {LONGEST} characters, no folders."
# Controls, formats (bidi overrides, zero-width signs), halves of characters, private ones, ones that are not
# assigned, and ends of line: each of them can make a name look like another one.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe_name(name: str) -> str:
    """The name in Unicode's composed form (NFC). Raises ``ArtifactRefused``."""
    if len(name) > LONGEST:
        raise ArtifactRefused(f"The artifact's name has {len(name)} characters; at most {LONGEST}.", mend=_MEND)
    composed = unicodedata.normalize("NFC", name)
    if composed != composed.strip() or not composed.strip(". "):
        raise ArtifactRefused("The artifact's name is empty, or begins or ends with a space.", mend=_MEND)
    if composed.startswith("."):
        raise ArtifactRefused("The artifact's name begins with a dot.", mend=_MEND)
    for sign in composed:
        if sign in "/\\":
            raise ArtifactRefused("The artifact's name holds a folder; it is a name and not a path.", mend=_MEND)
        if unicodedata.category(sign) in _UNSEEN:
            raise ArtifactRefused(f"The artifact's name holds U+{ord(sign):04X}, which is not seen.", mend=_MEND)
    return composed
