"""Why a whole document cannot be built. Knows nothing of the service, so that the child process stays small."""

from __future__ import annotations


class Refused(Exception):
    """No bundle can be made of this document. ``code`` is ``invalid_input`` or ``too_large``."""

    def __init__(self, detail: str, *, mend: str, code: str = "invalid_input") -> None:
        super().__init__(detail)
        self.detail = detail
        self.mend = mend
        self.code = code
