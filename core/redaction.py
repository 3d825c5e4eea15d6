"""Secrets never stand in a log: what looks like one is taken out of every record before it is written."""

from __future__ import annotations

import logging
import re

HIDDEN = "(hidden)"
# Each leaves what identifies the place and takes what must not be known.
SECRETS = (
    # Authorization: Bearer abc / Authorization: Basic abc
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}"),
    # api_key=abc, "password": "abc", X-Api-Key: abc
    re.compile(
        r"""(?ix)(\b[\w-]*(?:api[_-]?key|password|passwd|secret|token|credential)s?["']?\s*[:=]\s*["']?)
        (?!\(hidden\))[^\s"'&,;]+"""
    ),
    # postgresql://user:abc@host
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)"),
    # Fernet tokens: version 0x80 and a time of this age, in base64
    re.compile(r"()\bgAAAA[\w-]{40,}=*"),
)


def redact(text: str) -> str:
    """``text`` without what looks like a secret."""
    for pattern in SECRETS:
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text


class RedactingFormatter(logging.Formatter):
    """Formats a record, its exception included, and then takes the secrets out."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def log_to_stderr(level: int | str = logging.INFO) -> None:
    """Send this process's log to standard error, one line a record, without secrets."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
