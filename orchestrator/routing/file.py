"""The ``[llm]`` of nexus.toml, read while the service runs."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, cast

from core.errors import InvalidInput


def read_llm(file: Path) -> dict[str, Any]:
    """What ``file`` says under ``[llm]``; nothing where there is no file. Raises ``InvalidInput`` with the place."""
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"{file.name} cannot be read: {error}.") from error
    found = document.get("llm", {})
    if not isinstance(found, dict):
        raise InvalidInput(f"[llm] in {file.name} is no table.")
    return cast("dict[str, Any]", found)
