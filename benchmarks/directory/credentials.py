"""What a caller of an operation must show: made-up values for the schemes that its document asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.directory.described import Described, follow
from benchmarks.directory.values import Undrawable

VALUE = "made-up-value"
BASIC = "bmFtZTptYWRlLXVw"  # name:made-up


@dataclass
class Shown:
    """Credentials as they travel."""

    headers: dict[str, str] = field(default_factory=dict[str, str])
    query: dict[str, str] = field(default_factory=dict[str, str])
    cookies: dict[str, str] = field(default_factory=dict[str, str])


def shown(operation: Described) -> Shown:
    """What satisfies the first alternative of the operation's security."""
    given = operation.node.get("security", operation.document.get("security")) or [{}]
    found = Shown()
    for name in given[0]:
        scheme = schemes(operation.document).get(name)
        if scheme is not None:
            _add(found, scheme)
    return found


def schemes(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The document's security schemes by name; those that cannot be read are left out."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, given in ((document.get("components") or {}).get("securitySchemes") or {}).items():
        try:
            scheme = follow(document, given)
        except Undrawable:
            continue
        if isinstance(scheme, dict):
            found[name] = scheme
    return found


def _add(found: Shown, scheme: Mapping[str, Any]) -> None:
    if scheme.get("type") == "apiKey":
        places = {"query": found.query, "cookie": found.cookies}
        places.get(str(scheme.get("in")), found.headers)[str(scheme.get("name"))] = VALUE
    elif scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "basic":
        found.headers["Authorization"] = f"Basic {BASIC}"
    else:
        found.headers["Authorization"] = f"Bearer {VALUE}"
