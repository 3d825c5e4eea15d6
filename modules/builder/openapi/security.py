"""Auth schemes as credentials by reference. What a credential is worth never appears in a bundle."""

from __future__ import annotations

from typing import Any

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.document import Document, Unreachable
from modules.builder.openapi.findings import Findings
from modules.builder.openapi.names import Taken, short_hash, shorten, snake

_TYPES = ("apiKey", "http", "oauth2", "openIdConnect", "mutualTLS")
_FLOW_KEYS = {"authorizationUrl": "authorization_url", "tokenUrl": "token_url", "refreshUrl": "refresh_url"}
Alternatives = list[list[dict[str, Any]]]


class Credentials:
    """The credentials a document's operations may need, by the names their schemes have in the document."""

    def __init__(self, document: Document, findings: Findings) -> None:
        self._findings = findings
        self._named: dict[str, str] = {}
        self.listed: list[dict[str, Any]] = []
        self._taken = Taken()
        self._header: str | None = None
        components = document.root.get("components")
        schemes = components.get("securitySchemes") if is_object(components) else None
        for key, given in (schemes if is_object(schemes) else {}).items():
            place = f"#/components/securitySchemes/{key}"
            try:
                scheme = document.follow(given)
            except Unreachable as error:
                findings.add("unreachable_ref", place, f"The scheme {error.reason}.")
                continue
            if not is_object(scheme) or scheme.get("type") not in _TYPES:
                findings.add("bad_security", place, "Is no known kind of security scheme.")
                continue
            name = self._taken.claim(shorten(snake(key)) or f"key_{short_hash(key)}", key)
            self._named[key] = name
            self.listed.append(_credential(name, scheme))

    def alternatives(self, given: Any, where: str) -> Alternatives:
        """Requirements as alternatives of credentials needed together; empty where none is needed."""
        alternatives: Alternatives = []
        for requirement in given if is_list(given) else []:
            if not is_object(requirement):
                continue
            together: list[dict[str, Any]] = []
            for key, scopes in requirement.items():
                name = self._named.get(key)
                if name is None:
                    self._findings.add(
                        "unknown_security", where, f"Asks for the security scheme {key!r}, which nobody describes."
                    )
                    continue
                named = [scope for scope in scopes if isinstance(scope, str)] if is_list(scopes) else []
                together.append({"credential": name, "scopes": named})
            if (together or not requirement) and together not in alternatives:
                alternatives.append(together)
        return alternatives

    def header(self, required: bool) -> Alternatives:
        """What an operation needs that describes ``Authorization`` as a parameter instead of a scheme."""
        if self._header is None:
            self._header = self._taken.claim("authorization", "Authorization header")
            self.listed.append(
                {
                    "name": self._header,
                    "type": "apiKey",
                    "in": "header",
                    "parameter": "Authorization",
                    "description": "The whole value of the Authorization header.",
                }
            )
        needed: Alternatives = [[{"credential": self._header, "scopes": []}]]
        return needed if required else [*needed, []]


def _credential(name: str, scheme: dict[str, Any]) -> dict[str, Any]:
    credential: dict[str, Any] = {"name": name, "type": scheme["type"]}
    if scheme["type"] == "apiKey":
        place = scheme.get("in")
        credential["in"] = place if place in ("header", "query", "cookie") else "header"
        parameter = scheme.get("name")
        credential["parameter"] = parameter if isinstance(parameter, str) and parameter else "Authorization"
    elif scheme["type"] == "http":
        given = scheme.get("scheme")
        credential["scheme"] = given.lower() if isinstance(given, str) and given else "bearer"
    elif scheme["type"] == "oauth2":
        credential["flows"] = _flows(scheme.get("flows"))
    elif scheme["type"] == "openIdConnect" and isinstance(scheme.get("openIdConnectUrl"), str):
        credential["url"] = scheme["openIdConnectUrl"]
    if isinstance(scheme.get("description"), str):
        credential["description"] = scheme["description"]
    return credential


def _flows(given: Any) -> dict[str, Any]:
    flows: dict[str, Any] = {}
    for kind, flow in (given if is_object(given) else {}).items():
        if not is_object(flow):
            continue
        read = {ours: flow[theirs] for theirs, ours in _FLOW_KEYS.items() if isinstance(flow.get(theirs), str)}
        scopes = flow.get("scopes")
        named = list(scopes) if is_object(scopes) else []
        flows[kind] = {**read, "scopes": named}
    return flows
