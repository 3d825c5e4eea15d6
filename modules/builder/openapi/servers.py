"""Servers as described. An address the document leaves open ends in ``.invalid`` and needs a binding."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.findings import Findings
from modules.builder.openapi.model import Server
from modules.builder.openapi.names import slug

_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?|[0-9a-f.]*:[0-9a-f:.]+"
)
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_PORTS = {"http": 80, "https": 443}
NOWHERE = "https://server.invalid"


def read_servers(nodes: Any, findings: Findings, where: str, base: str | None = None) -> tuple[Server, ...]:
    """The servers of a document, path or operation; none when nothing usable is listed.

    ``base`` is the address the document itself came from: relative servers are relative to it.
    """
    servers: list[Server] = []
    for index, node in enumerate(nodes if is_list(nodes) else []):
        if not is_object(node) or not isinstance(node.get("url"), str):
            findings.add("bad_server", f"{where}servers/{index}", "Has no url.")
            continue
        server = _server(node, base)
        if not server.settled:
            findings.add(
                "server_unset",
                f"{where}servers/{index}",
                f"The address {server.described!r} is incomplete: bind it before use.",
            )
        if all(server.url != other.url for other in servers):
            servers.append(server)
    return _secure_first(servers)


def nowhere() -> Server:
    """The server of a document that names none."""
    return Server(NOWHERE, "The document names no server: bind one before use.", "", settled=False)


def origin(url: str) -> str:
    """``scheme://host:port`` of an absolute URL, lower-case, the port always written."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}:{parts.port or _PORTS[parts.scheme]}"


def _server(node: dict[str, Any], base: str | None) -> Server:
    described = node["url"].strip()
    description = node.get("description") if isinstance(node.get("description"), str) else ""
    filled, complete = _filled(described, node.get("variables"))
    if base is not None and complete:
        filled = urljoin(base, filled)
    url = _absolute(filled)
    if url is not None and complete:
        return Server(url, description or "", described, settled=True)
    return Server(_placeholder(url, filled), description or "", described, settled=False)


def _filled(described: str, variables: Any) -> tuple[str, bool]:
    complete = True

    def value(match: re.Match[str]) -> str:
        nonlocal complete
        variable = variables.get(match[1]) if is_object(variables) else None
        default = variable.get("default") if is_object(variable) else None
        if default is None and is_object(variable) and is_list(variable.get("enum")) and variable["enum"]:
            default = variable["enum"][0]
        if isinstance(default, bool | int | float):
            default = str(default).lower()
        if isinstance(default, str) and not _VARIABLE.search(default):
            return default.strip()
        complete = False
        return slug(match[1]) or "variable"

    return _VARIABLE.sub(value, described), complete


def _absolute(url: str) -> str | None:
    """A clean absolute http(s) URL without credentials, query, fragment and trailing slash, or ``None``."""
    if url.startswith("//"):
        url = f"https:{url}"
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host):
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    path = quote(parts.path, safe="/:@!$&'()*+,;=-._~%").rstrip("/")
    return f"{parts.scheme}://{netloc}{path}"


def _placeholder(url: str | None, filled: str) -> str:
    if url is not None:
        parts = urlsplit(url)
        return f"https://{(parts.hostname or 'server').strip('[]').replace(':', '-')}.invalid{parts.path}"
    path = quote(filled, safe="/:@!$&'()*+,;=-._~%").rstrip("/") if filled.startswith("/") else ""
    name = slug(filled.split("/")[0].split(":")[0]) if not filled.startswith("/") else ""
    return f"https://{name or 'server'}.invalid{path}"


def _secure_first(servers: list[Server]) -> tuple[Server, ...]:
    """As listed, except that https goes before http of the same host and path."""
    if len(servers) > 1 and servers[0].url.startswith("http://"):
        twin = "https" + servers[0].url[4:]
        for index, server in enumerate(servers):
            if server.url == twin:
                return (server, *servers[:index], *servers[index + 1 :])
    return tuple(servers)
