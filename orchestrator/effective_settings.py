"""The effective settings, and where each came from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource
from sqlalchemy import make_url

from core.settings import Settings

HIDDEN = "(hidden)"
SECRET_NAME = re.compile(r"(^|_)(key|token|secret|password)s?$")


def effective(settings: Settings) -> list[dict[str, Any]]:
    """``[{name, value, source}]`` for every setting, nested ones with dots; secrets are hidden.

    ``source`` is ``environment``, ``nexus.toml``, ``given`` (by code) or ``default``, as of now.
    """
    environment = flat(EnvSettingsSource(type(settings))())
    file = flat(TomlConfigSettingsSource(type(settings))())
    given = settings.model_fields_set
    return [
        {"name": name, "value": shown(name, value), "source": source_of(name, environment, file, given)}
        for name, value in leaves(settings)
    ]


def source_of(name: str, environment: Mapping[str, Any], file: Mapping[str, Any], given: set[str]) -> str:
    if name in environment:
        return "environment"
    if name in file:
        return "nexus.toml"
    return "given" if name in given else "default"


def leaves(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def shown(name: str, value: Any) -> Any:
    """``value`` as JSON that may be printed: secrets and passwords in addresses hidden."""
    if isinstance(value, SecretStr) or (value is not None and SECRET_NAME.search(name)):
        return HIDDEN
    if name.endswith("_url") and isinstance(value, str):
        return make_url(value).render_as_string(hide_password=True)
    return str(value) if isinstance(value, Path) else value
