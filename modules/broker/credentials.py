"""Credentials enter a request on the host's side, after it has left the adapter, at one origin only."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import quote

from core.errors import InvalidInput
from modules.broker.address import Origin, Target
from modules.broker.grant import CredentialReference

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PLAIN_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_CONNECTION_HEADERS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})
# Shorter secrets occur in ordinary text by chance: replacing them would damage answers and hide nothing.
_SHORTEST_REDACTED: Final = 8


class Vault(Protocol):
    """Where secrets are kept."""

    async def reveal(self, org: str, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class CredentialScheme:
    """How the document wants a credential sent (OpenAPI security scheme, as the manifest lists it)."""

    name: str
    type: str
    location: str | None = None
    parameter: str | None = None
    scheme: str | None = None

    @classmethod
    def from_manifest(cls, entry: Mapping[str, Any]) -> CredentialScheme:
        """A scheme of ``manifest["credentials"]``."""
        return cls(entry["name"], entry["type"], entry.get("in"), entry.get("parameter"), entry.get("scheme"))


@dataclass(frozen=True, slots=True)
class Injection:
    """What is added to a request. ``secrets`` are the texts that must not come back to the adapter."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()

    def apply(self, target: Target, headers: list[tuple[str, str]]) -> tuple[Target, list[tuple[str, str]]]:
        """The request with the credential in it. What the adapter set by the same name is replaced."""
        own = {name.lower() for name, _ in self.headers}
        kept = [(name, value) for name, value in headers if name.lower() not in own] + list(self.headers)
        if self.cookies:
            present = [value for name, value in kept if name.lower() == "cookie"]
            kept = [(name, value) for name, value in kept if name.lower() != "cookie"]
            kept.append(("Cookie", "; ".join([*present, *(f"{name}={value}" for name, value in self.cookies)])))
        return _with_query(target, self.query), kept


def choose(
    security: Sequence[Sequence[Mapping[str, Any]]],
    references: Sequence[CredentialReference],
    origin: Origin,
) -> tuple[tuple[CredentialReference, ...], tuple[str, ...]]:
    """The references that satisfy the first alternative which has them all, or the names that are missing.

    An empty alternative means that no credential is needed; it is taken only when no other one can be satisfied.
    """
    known = {reference.credential: reference for reference in references if reference.origin == origin}
    alternatives = [[requirement["credential"] for requirement in alternative] for alternative in security]
    for names in alternatives:
        if names and all(name in known for name in names):
            return tuple(known[name] for name in names), ()
    if not alternatives or [] in alternatives:
        return (), ()
    return (), tuple(name for name in alternatives[0] if name not in known)


async def prepare(
    chosen: Sequence[CredentialReference],
    schemes: Mapping[str, CredentialScheme],
    vault: Vault,
    org: str,
) -> Injection:
    """Reveal the chosen secrets and lay out where each goes."""
    headers: list[tuple[str, str]] = []
    query: list[tuple[str, str]] = []
    cookies: list[tuple[str, str]] = []
    secrets: list[str] = []
    for reference in chosen:
        value = await vault.reveal(org, reference.reference)
        scheme = schemes[reference.credential]
        place, name, sent = _placed(scheme, value)
        {"header": headers, "query": query, "cookie": cookies}[place].append((name, sent))
        secrets += _spellings(value, sent)
    return Injection(tuple(headers), tuple(query), tuple(cookies), tuple(dict.fromkeys(secrets)))


def _placed(scheme: CredentialScheme, value: str) -> tuple[str, str, str]:
    """(header | query | cookie, name, value) of a credential."""
    kind = (scheme.scheme or "").lower()
    if scheme.type == "apiKey":
        place, name, sent = scheme.location or "header", scheme.parameter or scheme.name, value
    elif scheme.type == "http" and kind == "basic":
        place, name, sent = "header", "Authorization", "Basic " + base64.b64encode(value.encode()).decode()
    elif scheme.type in ("http", "oauth2", "openIdConnect"):
        prefix = "Bearer" if kind in ("", "bearer") else (scheme.scheme or "")
        place, name, sent = "header", "Authorization", f"{prefix} {value}"
    else:
        raise InvalidInput(f"The credential {scheme.name!r} is of type {scheme.type!r}, which cannot be sent yet.")
    if place not in ("header", "query", "cookie"):
        raise InvalidInput(f"The document puts the credential {scheme.name!r} in {place!r}; nothing can be sent there.")
    _check(scheme.name, place, name, sent)
    return place, name, sent


def _check(credential: str, place: str, name: str, sent: str) -> None:
    if place == "query":
        return
    if not _TOKEN.fullmatch(name) or name.lower() in _CONNECTION_HEADERS:
        raise InvalidInput(f"The document's name for the credential {credential!r} cannot be a {place}.")
    if not _PLAIN_VALUE.fullmatch(sent) or (place == "cookie" and set(sent) & set(' ",;\\')):
        raise InvalidInput(f"The value of the credential {credential!r} holds characters that a {place} cannot carry.")


def _with_query(target: Target, query: Sequence[tuple[str, str]]) -> Target:
    if not query:
        return target
    own = {quote(name, safe="") for name, _ in query} | {name for name, _ in query}
    kept = [part for part in (target.query or "").split("&") if part and part.partition("=")[0] not in own]
    kept += [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query]
    return Target(target.origin, target.path, "&".join(kept))


def _spellings(value: str, sent: str) -> list[str]:
    """The forms in which an upstream may send a secret back, longest first."""
    parts = {value, sent.partition(" ")[2] or sent, *(value.split(":", 1)[1:] if ":" in value else ())}
    forms = {form for part in parts for form in (part, quote(part, safe=""), json.dumps(part)[1:-1])}
    return sorted((form for form in forms if len(form) >= _SHORTEST_REDACTED), key=lambda form: (-len(form), form))


def redact(text: str, secrets: Sequence[str]) -> str:
    """``text`` without the secrets. A secret of digits alone becomes nines, so that JSON around it stays JSON."""
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, "9" * len(secret) if secret.isdigit() else "[secret]")
    return text
