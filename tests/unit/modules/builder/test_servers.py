"""Servers as described, and what becomes of an address that is left open."""

from __future__ import annotations

from typing import Any

import pytest

from modules.builder.openapi.findings import Findings
from modules.builder.openapi.servers import origin, read_servers


def read(*nodes: Any, base: str | None = None) -> list[tuple[str, bool]]:
    return [(server.url, server.settled) for server in read_servers(list(nodes), Findings(), "", base)]


@pytest.mark.parametrize(
    ("url", "read_as"),
    [
        ("https://api.example.com/v1/", "https://api.example.com/v1"),
        ("HTTPS://API.Example.com:443/V1", "https://api.example.com/V1"),
        ("http://api.example.com:8080", "http://api.example.com:8080"),
        ("//api.example.com/v1", "https://api.example.com/v1"),
        ("https://user:secret@api.example.com", "https://api.example.com"),
        ("https://api.example.com/a b?x=1#y", "https://api.example.com/a%20b"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:9000/x", "http://[::1]:9000/x"),
        ("http://169.254.169.254/latest", "http://169.254.169.254/latest"),
    ],
)
def test_an_absolute_address_is_kept(url: str, read_as: str) -> None:
    assert read({"url": url}) == [(read_as, True)]


@pytest.mark.parametrize(
    ("url", "read_as"),
    [
        ("/api/v1", "https://server.invalid/api/v1"),
        ("https://{tenant}.example.com/api", "https://tenant.example.com.invalid/api"),
        ("{Endpoint}/v1", "https://endpoint.invalid"),
        ("Your API URL", "https://your-api-url.invalid"),
        ("ftp://files.example.com", "https://ftp.invalid"),
        ("https://exa mple.com", "https://https.invalid"),
        ("", "https://server.invalid"),
    ],
)
def test_an_open_address_leads_nowhere_until_it_is_bound(url: str, read_as: str) -> None:
    assert read({"url": url}) == [(read_as, False)]


def test_variables_take_their_defaults() -> None:
    node = {
        "url": "https://{region}.example.com:{port}/{stage}",
        "variables": {"region": {"default": "eu"}, "port": {"default": 8443}, "stage": {"enum": ["live", "test"]}},
    }
    assert read(node) == [("https://eu.example.com:8443/live", True)]


def test_a_relative_server_is_relative_to_where_the_document_came_from() -> None:
    assert read({"url": "../v2"}, base="https://example.com/docs/openapi.json") == [("https://example.com/v2", True)]


def test_https_goes_before_http_of_the_same_service() -> None:
    assert read({"url": "http://a.example"}, {"url": "http://b.example"}, {"url": "https://a.example"}) == [
        ("https://a.example", True),
        ("http://a.example", True),
        ("http://b.example", True),
    ]


def test_what_is_no_server_is_a_finding() -> None:
    findings = Findings()
    assert read_servers([None, {"url": 1}, {"url": "/x"}], findings, "")
    assert [finding.code for finding in findings.all()] == ["bad_server", "bad_server", "server_unset"]


def test_an_origin_names_its_port() -> None:
    assert origin("https://a.example/x") == "https://a.example:443"
    assert origin("http://[::1]/x") == "http://[::1]:80"
