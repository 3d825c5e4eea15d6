"""A module's manifest: the published schema, and the check that every bundle passes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from core.errors import InvalidInput

PATH: Final = "manifest.json"
SCHEMA_ID: Final = "https://nexus.invalid/schemas/module-manifest/1.json"


@cache
def manifest_schema() -> dict[str, Any]:
    """The JSON Schema of manifests, as published. Not to be changed by callers."""
    return json.loads((Path(__file__).parent / "manifest.schema.json").read_text(encoding="utf-8"))


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(manifest_schema())


def check_manifest(manifest: Any) -> None:
    """Raise ``InvalidInput`` with the first faults unless ``manifest`` follows the schema and agrees with itself."""
    found = cast("Iterable[ValidationError]", _validator().iter_errors(manifest))  # pyright: ignore[reportUnknownMemberType]
    errors = sorted(found, key=lambda error: list(map(str, error.absolute_path)))
    faults = [_fault(error) for error in errors[:5]] or _disagreements(manifest)
    if faults:
        raise InvalidInput(f"The manifest is not valid: {'; '.join(faults)}", mend="Correct manifest.json.")


def read_manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The checked manifest of a bundle's files. Raises ``InvalidInput`` when it is missing, no JSON, or not valid."""
    content = files.get(PATH)
    if content is None:
        raise InvalidInput("The bundle has no manifest.json.", mend="Add one, as the schema of manifests says.")
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"manifest.json is no JSON: {error}", mend="Correct manifest.json.") from error
    check_manifest(manifest)
    return manifest


def _fault(error: ValidationError) -> str:
    place = "/".join(map(str, error.absolute_path)) or "the manifest"
    message = error.message if len(error.message) <= 200 else f"{error.message[:200]}…"
    return f"{place}: {message}"


def _disagreements(manifest: dict[str, Any]) -> list[str]:
    """Names that are used twice: the schema alone cannot say it."""
    faults: list[str] = []
    for part, key in (("operations", "id"), ("credentials", "name")):
        seen: dict[str, int] = {}
        for entry in manifest[part]:
            seen[entry[key]] = seen.get(entry[key], 0) + 1
        faults += [f"{part}: {name!r} is there {count} times" for name, count in seen.items() if count > 1]
    return faults
