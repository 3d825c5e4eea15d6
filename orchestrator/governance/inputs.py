"""Facts about a tool call that the rules need: which required inputs have no value, which words mark it unsafe."""

from __future__ import annotations

import re

from gateway.schema import missing_inputs

__all__ = ["missing_inputs", "unsafe_marks"]

_LEADING_VERBS = frozenset(
    """
    add approve archive assign ban block book buy cancel charge clear close confirm create deactivate delete deploy
    destroy disable drop enable erase execute install insert invite kick kill merge modify move pay post publish
    purchase purge put reboot refund register reject remove rename replace reset restart revoke rotate send shutdown
    submit suspend terminate transfer trigger uninstall unlock unsubscribe update upload wipe withdraw write
    """.strip().split()
)
_WARNINGS = re.compile(
    r"irreversibl\w*|can(?:not|['’]t| not) be (?:undone|reversed|recovered)|permanently (?:delete|remove|erase)s?"
    r"|(?<!non-)(?<!non)\bdestructive\b|(?<!no )(?<!any )(?<!without )\bside[- ]effects?\b"
    r"|\b(?:is |are )?(?:not safe|unsafe)\b",
    re.IGNORECASE,
)


def unsafe_marks(operation: str, summary: str, description: str = "") -> tuple[str, ...]:
    """The words by which an operation's own description says that it changes something.

    A summary or a name that begins with a verb of change, or a warning anywhere: a GET that deletes is not safe.
    """
    marks: list[str] = []
    for text in (summary, re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_|-", " ", operation)):
        words = re.findall(r"[A-Za-z]+", text)[:1]
        marks += [word.lower() for word in words if _is_change(word.lower())]
    marks += [match.group(0).lower() for match in _WARNINGS.finditer(f"{summary}\n{description}")]
    return tuple(dict.fromkeys(marks))


def _is_change(word: str) -> bool:
    return (
        word in _LEADING_VERBS or word.removesuffix("s") in _LEADING_VERBS or word.removesuffix("es") in _LEADING_VERBS
    )
