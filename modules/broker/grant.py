"""What an approval grants a module: hosts, capabilities, a binding and references to credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from core.errors import InvalidInput
from modules.broker.address import Origin, Target, parse_origin, parse_url
from modules.broker.network import Reach
from modules.broker.refusal import EgressDenied


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request really goes (``real``), what the document calls it (``described``), and how far it may reach."""

    described: Target
    real: Target
    reach: Reach


@dataclass(frozen=True, slots=True)
class Binding:
    """Described servers and the real addresses that stand for them, longest described path first."""

    entries: tuple[tuple[Target, Target], ...] = ()

    @classmethod
    def parse(cls, mapping: Mapping[str, str]) -> Self:
        """``{"https://api.example.com/v1": "http://127.0.0.1:9000"}``; an origin alone binds every path of it."""
        entries = [(_base(described), _base(real)) for described, real in mapping.items()]
        if len({described for described, _ in entries}) != len(entries):
            raise InvalidInput("The binding names one server twice.")
        return cls(tuple(sorted(entries, key=lambda entry: (-len(entry[0].path), str(entry[0])))))

    def normalised(self) -> dict[str, str]:
        """The binding as it stands in a payload: one spelling for each address."""
        return {_text(described): _text(real) for described, real in sorted(self.entries, key=lambda e: _text(e[0]))}

    def bound_origins(self) -> frozenset[Origin]:
        """Origins of real addresses, which an owner has opened."""
        return frozenset(real.origin for _, real in self.entries)

    def real(self, target: Target) -> Target | None:
        """The real address of a described one, or ``None`` when nothing binds it."""
        for described, real in self.entries:
            rest = target.path[len(described.path) :]
            covered = target.path.startswith(described.path) and (not rest or rest.startswith("/"))
            if target.origin == described.origin and covered:
                return Target(real.origin, real.path + rest or "/", target.query)
        return None


@dataclass(frozen=True, slots=True)
class CredentialReference:
    """The stored secret ``reference`` serves as the manifest's ``credential``, at the described ``origin`` only."""

    credential: str
    reference: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Grant:
    """The approved part of a module's reach. Parsed from an approved payload, never from a manifest alone."""

    hosts: frozenset[Origin]
    capabilities: frozenset[str]
    binding: Binding = Binding()
    credentials: tuple[CredentialReference, ...] = ()

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """The grant that a card's payload states."""
        return cls(
            hosts=frozenset(parse_origin(host) for host in payload["hosts"]),
            capabilities=frozenset(payload["capabilities"]),
            binding=Binding.parse(payload["binding"]),
            credentials=parse_references(payload["credentials"]),
        )

    def route(self, target: Target) -> Route:
        """The way to ``target``. Raises ``EgressDenied`` when its origin is not one of the approved hosts."""
        if target.origin not in self.hosts:
            raise EgressDenied(f"{target.origin} is not one of the module's approved hosts.")
        real = self.binding.real(target)
        return Route(target, real or target, Reach.BOUND if real else Reach.PUBLIC)

    def follow(self, route: Route, location: Target) -> Route:
        """The way on from a redirect: an approved host, or the same bound origin that answered."""
        if location.origin in self.hosts:
            return self.route(location)
        if route.reach is Reach.BOUND and location.origin == route.real.origin:
            return Route(location, location, Reach.BOUND)
        raise EgressDenied(f"{route.described.origin} redirects to {location.origin}, which is not an approved host.")


def parse_references(items: Sequence[Mapping[str, str]]) -> tuple[CredentialReference, ...]:
    """Credential references of a payload."""
    return tuple(
        CredentialReference(item["credential"], item["reference"], parse_origin(item["origin"])) for item in items
    )


def _base(text: str) -> Target:
    try:
        target = parse_url(text)
    except EgressDenied as error:
        raise InvalidInput(f"A binding needs plain http or https addresses: {error.detail}") from error
    if target.query is not None:
        raise InvalidInput("A binding's address has no query.")
    return Target(target.origin, target.path.rstrip("/"))


def _text(base: Target) -> str:
    return f"{base.origin}{base.path}"
