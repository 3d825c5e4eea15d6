"""Which names we answer to, and whose page may use a session."""

from __future__ import annotations

import pytest

from orchestrator.api.origins import answers_to, may_use_cookie, same_origin

OURS = {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:8000", "x-nexus-client": "page"}


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8000", "localhost", "localhost:8000", "LOCALHOST", "nexus.localhost", "[::1]:8000", "10.1.2.3", "mine"],
)
def test_addresses_localhost_and_configured_names_are_answered(host: str) -> None:
    assert answers_to(host, {"mine"})


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
        "evil.example@127.0.0.1",
        "[::1",
        "a/b",
        "0x7f.1.evil",
    ],
)
def test_any_other_name_may_be_rebound_and_is_not(host: str) -> None:
    assert not answers_to(host, {"mine"})


def test_our_own_page_may_change_things() -> None:
    assert may_use_cookie("POST", {**OURS, "sec-fetch-site": "same-origin"}, "http") is None
    assert may_use_cookie("POST", OURS, "http") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": "null"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
        {"x-nexus-client": ""},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_page_may_not(method: str, changed: dict[str, str]) -> None:
    assert may_use_cookie(method, {**OURS, **changed}, "http")


def test_a_form_of_unknown_origin_may_not() -> None:
    assert may_use_cookie("POST", {"host": "127.0.0.1:8000", "x-nexus-client": "x"}, "http")


def test_reading_is_for_our_page_and_for_links_that_are_followed() -> None:
    assert may_use_cookie("GET", {"host": "127.0.0.1:8000"}, "http") is None
    assert may_use_cookie("GET", {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}, "http") is None
    assert may_use_cookie("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, "http") is None
    assert may_use_cookie("GET", {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"}, "http")
    assert may_use_cookie("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, "http")


def test_default_ports_are_the_same_origin() -> None:
    assert same_origin("https://nexus.example", "https", "nexus.example:443")
    assert not same_origin("https://nexus.example", "http", "nexus.example")
    assert not same_origin("http://[::1", "http", "[::1]")
