"""Rules about where a request comes from: which names we answer to, and whose page is asking.

A browser attaches our cookie to requests that other pages make, and a page whose DNS name is rebound to 127.0.0.1
looks like ours to it. Programs send keys, which no page can, so these rules cost them nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Set
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PAGE_HEADER = "x-nexus-client"
"""Our own pages send it (with any value) on every request that changes something. A form cannot."""


def answers_to(host: str, names: Set[str]) -> bool:
    """Whether a request for ``host`` (the Host header) is meant for us.

    Yes for addresses and for localhost, which nobody can point elsewhere, and for the ``names`` the owner configured;
    any other name may be one that an attacker's DNS points here.
    """
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    if not name or "@" in host or "/" in host:
        return False
    if name == "localhost" or name.endswith(".localhost") or name in names:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def may_use_cookie(method: str, headers: Mapping[str, str], scheme: str) -> str | None:
    """Why a session cookie does not count on this request; ``None`` where it does."""
    site = headers.get("sec-fetch-site")
    if method in SAFE_METHODS:
        foreign = site in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate"
        return "Another site's page made this request." if foreign else None
    if site is not None and site != "same-origin":
        return "Another site's page made this request."
    origin = headers.get("origin")
    if origin is not None and not same_origin(origin, scheme, headers.get("host", "")):
        return f"A page of {origin} made this request."
    if site is None and origin is None:
        return "The request does not say which page made it."
    if not headers.get(PAGE_HEADER):
        return f"A request with a session cookie that changes something needs the header {PAGE_HEADER}."
    return None


def same_origin(origin: str, scheme: str, host: str) -> bool:
    """Whether ``origin`` (the Origin header) is the origin that ``scheme`` and ``host`` make."""
    try:
        theirs, ours = urlsplit(origin), urlsplit(f"{scheme}://{host}")
        return (theirs.scheme, theirs.hostname, port_of(theirs.scheme, theirs.port)) == (
            ours.scheme,
            ours.hostname,
            port_of(ours.scheme, ours.port),
        )
    except ValueError:
        return False


def port_of(scheme: str, port: int | None) -> int | None:
    return port or {"http": 80, "https": 443}.get(scheme)
